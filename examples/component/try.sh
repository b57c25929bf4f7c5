# Run by `npm run example -- component`, against the emulator.
set -eu
pack="--policy-pack node_modules/pulumi-zkscore/policy --policy-pack-config policy.json"

pulumi stack init dev
pulumi up --yes --skip-preview $pack
pulumi destroy --yes --skip-preview

# In production the issuer's key may write by the exemption in policy.json. The day is fixed, since the exemption ends.
export ZKSCORE_NOW=2027-01-15T00:00:00Z
pulumi stack init prod
pulumi preview $pack

# A key of the same name that the component didn't make has another URN, so the exemption isn't for it.
cat >> index.ts << 'END'
import { ApiKey } from "pulumi-zkscore";
new ApiKey("prod-issuer", { permissions: [{ resource: "attestations", actions: ["write"] }] });
END
if pulumi preview $pack; then exit 1; fi
