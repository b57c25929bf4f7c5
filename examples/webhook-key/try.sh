# Run by `npm run example -- webhook-key`, against the emulator.
set -eu
umask 077
operator() { # lets something happen in the emulator's account
  curl -sS --fail-with-body -H "Authorization: Bearer $EMULATOR_OPERATOR_TOKEN" --json "$2" "$EMULATOR_OPERATOR/$1"
  echo
}
started() { # the port that a program has printed
  until grep -q '^listening on ' "$1"; do sleep 0.1; done
  sed -n 's/^listening on //p' "$1"
}
trap 'kill $receiver $attacker 2>/dev/null || true' EXIT

# One secret in two places: the receiver verifies with it, and the key's webhook has it, so that the API signs with it.
ZKSCORE_WEBHOOK_SECRET=$(openssl rand -hex 32)
export ZKSCORE_WEBHOOK_SECRET
PORT=0 node receiver.ts > receiver.log & receiver=$!
node attacker.ts "$(started receiver.log)" > attacker.log & attacker=$!

pulumi stack init dev
printf %s "$ZKSCORE_WEBHOOK_SECRET" | pulumi config set --secret webhookSecret
pulumi config set webhookUrl "http://127.0.0.1:$(started attacker.log)/"
pulumi up --yes --skip-preview

operator event '{ "type": "score.updated", "data": { "score": 700 } }'
operator advance '{ "ms": -600000 }' # the next one is ten minutes old when it comes
operator event '{ "type": "score.updated", "data": { "score": 700 } }'
operator advance '{ "ms": 600000 }'
cat attacker.log receiver.log

pulumi destroy --yes --skip-preview
