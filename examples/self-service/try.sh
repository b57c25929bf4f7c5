# Run by `npm run example -- self-service`, against the emulator.
set -eu
desk() {
  node desk.ts "$@" && code=0 || code=$?
  echo "exit code $code"
}
change() { # another request, as its team would write it
  node -e 'const r = JSON.parse(fs.readFileSync(process.argv[1])); eval(process.argv[2]); console.log(JSON.stringify(r))' \
    requests/web-dashboard-dev.json "$1" > request.json
}
change 'r.team = "Web Team"; r.permissions[0].actions.push("wirte"); r.expires = "never"'
desk preview request.json # no request

change 'r.environment = "prod"; r.permissions[0].actions.push("write")'
desk preview request.json # a policy refuses it

change ''
desk preview request.json # what a pull request shows

# The merge. The account's quota of new keys is used up today.
curl -sS --fail-with-body -o /dev/null -H "Authorization: Bearer $EMULATOR_OPERATOR_TOKEN" "$EMULATOR_OPERATOR/faults.add" \
  --json '{ "kind": "status", "operation": "create", "status": 429, "headers": { "Retry-After": "3600" },
            "body": { "success": false, "error": "ZKS-003-002", "message": "Quota exceeded" } }'
desk up web-dashboard-dev
desk up web-dashboard-dev # an hour later
desk up web-dashboard-dev # nothing to do

change 'r.permissions.push({ resource: "achievements", actions: ["read"] })'
desk preview request.json # the team wants more

desk up web-shop-dev # nobody asked for it
pulumi destroy --stack web-dashboard-dev --yes --skip-preview
