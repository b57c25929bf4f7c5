import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Debian, Ubuntu and Chrome's own packages put it. `CHROMIUM` names another. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/opt/google/chrome/chrome",
];

const found = [process.env["CHROMIUM"] ?? "", ...PLACES].find((path) => path !== "" && existsSync(path));

/** Why tests in a browser are left out; `undefined` where there is one. CI installs it: `.ci/browser`. */
export const noChromium =
  found === undefined ? "no Chromium here: `.ci/browser` installs it, or CHROMIUM names one" : undefined;

export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: found ?? "", args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}
