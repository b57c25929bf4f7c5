# Run by `npm run example -- use-the-secret`, against the emulator: the key's stack, and a stack that reads its secret.
set -eu
ask() { # a request of the dashboard, with the key that its stack has
  { printf 'Authorization: Bearer '; pulumi --cwd consumer stack output apiKey --show-secrets; } |
    curl -sS -o /dev/null -w "$1: %{http_code}\n" -H @- "$ZKSCORE_BASE_URL/scores/alice.zks"
}
later() { # moves the emulator's clock by days; a deployment has no such thing
  curl -sS --fail-with-body -H "Authorization: Bearer $EMULATOR_OPERATOR_TOKEN" --json "{ \"ms\": $((86400000 * $1)) }" \
    "$EMULATOR_OPERATOR/advance"
  days=$((days + $1))
  ZKSCORE_NOW=$(node -p "new Date(Date.now() + $days * 86400000).toISOString()")
  export ZKSCORE_NOW
}
days=0
pulumi stack init dev
pulumi config set rotate 1
pulumi up --yes --skip-preview

pulumi --cwd consumer stack init dev
pulumi --cwd consumer config set keys organization/use-the-secret/dev
pulumi --cwd consumer up --yes --skip-preview
ask "the first key"

pulumi config set rotate 2
pulumi up --yes --skip-preview
ask "rotated, and the dashboard doesn't know: the first key, in its overlap"

pulumi --cwd consumer up --yes --skip-preview
ask "the dashboard's own up: the second key"

later 3
pulumi up --yes --skip-preview # revokes the first key
ask "after the overlap: the second key"

# What happens to a dashboard whose next `up` comes later than the overlap's end.
pulumi config set rotate 3
pulumi up --yes --skip-preview
later 3
pulumi up --yes --skip-preview
ask "too late: the second key"
pulumi --cwd consumer up --yes --skip-preview
ask "the third key"

pulumi --cwd consumer destroy --yes --skip-preview
pulumi destroy --yes --skip-preview
