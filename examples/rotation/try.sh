# Run by `npm run example -- rotation`, against the emulator. `deploy` is what your deployment does.
set -eu
umask 077
deploy() {
  pulumi up --yes --skip-preview
  pulumi stack output backendKey --show-secrets > key.new
  mv key.new key # in one step: the client reads the old key or the new one, never half of one
}
operator() { # moves the emulator's clock; a deployment has no such thing
  curl -sS --fail-with-body -H "Authorization: Bearer $EMULATOR_OPERATOR_TOKEN" --json "$2" "$EMULATOR_OPERATOR/$1"
}
pulumi stack init dev
pulumi config set rotate 1
deploy

ZKSCORE_API_KEY_FILE=key node client.ts &
client=$!
trap 'kill $client 2>/dev/null || true' EXIT

pulumi config set rotate 2 # a new key; the old one lives on for two days
deploy

# Three days later the overlap is over: this `up` revokes the old key.
operator advance '{ "ms": 259200000 }'
ZKSCORE_NOW=$(node -p 'new Date(Date.now() + 259200000).toISOString()') pulumi up --yes --skip-preview
sleep 1 # the client goes on with the new key alone

kill "$client"
trap - EXIT
wait "$client" # its exit code: 1 if a request was refused
pulumi destroy --yes --skip-preview
