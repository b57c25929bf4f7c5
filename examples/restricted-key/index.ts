import { ApiKey } from "pulumi-zkscore";

// A key that can write, so it is confined: as whom, on which chain, and from where. A leaked copy is of no use elsewhere.
const issuer = new ApiKey("attestation-issuer", {
  description: "Issues attestations from the office",
  permissions: [
    {
      resource: "attestations",
      actions: ["read", "write"],
      restrictions: {
        identities: ["issuer.zks"],
        chains: ["998899"],
        ipWhitelist: ["203.0.113.0/24", "2001:db8:7::/48"],
      },
    },
    // A second grant with restrictions of its own: reading identities is allowed from anywhere in the range, for all.
    { resource: "identity", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } },
  ],
  rateLimit: { requestsPerMinute: 30, requestsPerDay: 2_000 },
  metadata: { owner: "team-trust", purpose: "attestations" },
  expiresIn: "30d",
});

export const issuerKey = issuer.apiKey;
