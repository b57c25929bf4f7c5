import type { Reference } from "../rule.ts";

const NIST_TITLES: Readonly<Record<string, string>> = {
  "AC-2(3)": "Disable Accounts",
  "AC-5": "Separation of Duties",
  "AC-6": "Least Privilege",
  "AC-6(1)": "Authorize Access to Security Functions",
  "AC-6(7)": "Review of User Privileges",
  "CA-5": "Plan of Action and Milestones",
  "CM-3": "Configuration Change Control",
  "CM-4(1)": "Separate Test Environments",
  "CM-8": "System Component Inventory",
  "IA-5": "Authenticator Management",
  "SC-5": "Denial-of-service Protection",
  "SC-7": "Boundary Protection",
  "SC-8": "Transmission Confidentiality and Integrity",
  "SC-28": "Protection of Information at Rest",
};

/** A control of NIST SP 800-53, revision 5. */
export function nist(control: keyof typeof NIST_TITLES & string): Reference {
  return {
    name: "NIST SP 800-53",
    version: "Rev. 5",
    reference: control,
    specification: NIST_TITLES[control] ?? control,
  };
}

/** A risk of the OWASP API Security Top 10, 2023. */
export function owaspApi(risk: string, title: string): Reference {
  return { name: "OWASP API Security Top 10", version: "2023", reference: risk, specification: title };
}

/** A weakness of the Common Weakness Enumeration. */
export function cwe(id: number, title: string): Reference {
  return { name: "CWE", version: "4", reference: `CWE-${id}`, specification: title };
}
