# Run by `npm run example -- own-policies`, against the emulator. The clock stands, since the exemption ends.
set -eu
at() {
  export ZKSCORE_NOW="$1"
  curl -sS --fail-with-body -H "Authorization: Bearer $EMULATOR_OPERATOR_TOKEN" --json "{ \"instant\": \"$1\" }" \
    "$EMULATOR_OPERATOR/setNow"
  echo
}
pulumi stack init staging

at 2027-03-31T12:00:00Z # the exemption's last day
pulumi up --yes --skip-preview --policy-pack guard

at 2027-04-01T00:00:00Z # the day after
if pulumi preview --policy-pack guard; then exit 1; fi

at 2027-03-31T12:00:00Z # a team that doesn't exist
cp index.ts index.kept
sed 's/"team-web"/"team-nobody"/' index.kept > index.ts
if pulumi preview --policy-pack guard; then exit 1; fi

mv index.kept index.ts
pulumi destroy --yes --skip-preview
