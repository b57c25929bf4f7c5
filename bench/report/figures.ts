const [START, END] = ["<!-- bench:start -->", "<!-- bench:end -->"];

/** The page with other text between its two marks. */
export function betweenMarks(page: string, text: string): string {
  const [from, to] = [page.indexOf(START), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page has no ${START} followed by ${END}`);
  return `${page.slice(0, from)}${START}\n\n${text}\n\n${page.slice(to)}`;
}
