# Run by `npm run example -- monitoring`, against the emulator.
set -eu
monitor() { # what a scheduler does; the last line is where you would post: curl --json @message.json "$CHAT_HOOK"
  node monitor.ts > message.json && code=0 || code=$?
  cat message.json
  echo "exit code $code"
}
pulumi stack init dev
pulumi up --yes --skip-preview
monitor # the key ends in ten days

pulumi config set life 60d
pulumi up --yes --skip-preview
monitor # nothing to do

(export ZKSCORE_TOKEN=wrong && monitor) # it can't look

pulumi destroy --yes --skip-preview
