#!/usr/bin/env bash
# Opens what people look at in a real browser: the HTML of a plan, the status page, and the page of
# a running emulator, on a desktop and on a phone, light and dark. Checks what
# they show, that nothing sticks out and that the console stays clean; screenshots
# are kept in a folder that is named at the end, or in $1.
#
# Takes Chromium from apt when it is missing and that is possible; without one it
# says so and passes.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "browser: installing chromium"
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 || true
fi
if ! command -v chromium >/dev/null; then
  echo "browser: skipped, there is no chromium and none can be installed (apt-get install chromium)"
  exit 0
fi

shots=${1:-$(mktemp -d "${TMPDIR:-/tmp}/aepflow-shots.XXXXXX")}
mkdir -p "$shots"
shots=$(cd "$shots" && pwd)
work=$(mktemp -d)
emulator=
stop() {
  if [ -n "$emulator" ]; then kill "$emulator" 2>/dev/null || true; wait "$emulator" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap stop EXIT

passed=0 failed=0
ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAILED: $*" >&2; }

# look NAME WIDTH HEIGHT light|dark URL [BUTTON]: a page to be looked at, after a click.
look() { echo "$*" >>"$work/pages"; }
# shows NAME TEXT…: the DOM holds every text.
shows() {
  local name=$1 text
  shift
  for text; do
    if grep -qF -- "$text" "$work/$name.dom"; then ok; else bad "$name does not show: $text"; fi
  done
}
# hides NAME TEXT…: no text is visible.
hides() {
  local name=$1 text
  shift
  for text; do
    if [ -s "$work/$name.text" ] && ! grep -qF -- "$text" "$work/$name.text"; then ok; else bad "$name shows: $text"; fi
  done
}
# clean NAME…: nothing on the console, nothing too wide, a picture.
clean() {
  local name
  for name; do
    if [ -s "$work/$name.console" ]; then bad "$name: the console says: $(cat "$work/$name.console")"; else ok; fi
    if [ -s "$work/$name.width" ]; then bad "$name: too wide: $(cat "$work/$name.width")"; else ok; fi
    if [ -s "$work/$name.png" ]; then ok; mv "$work/$name.png" "$shots/"; else bad "$name: no picture"; fi
  done
}

export AEPFLOW_NOW=2027-01-01T00:00:00Z CRM_DB_PASSWORD=canary-8b1f
unset AEPFLOW_TARGET
export GOFLAGS="${GOFLAGS:-} -trimpath" CGO_ENABLED=0 # what make has compiled serves here too
go build -o "$work/aepflow" ./cmd/aepflow
go build -o "$work/browser" .ci/browser.go
mkdir "$work/crm"
cp examples/crm/*.yaml "$work/crm"

"$work/aepflow" emulator --listen 127.0.0.1:0 --seed examples/crm/emulator.yaml >"$work/listening" 2>"$work/emulator.log" &
emulator=$!
for _ in $(seq 100); do
  if [ -s "$work/listening" ]; then break; fi
  sleep 0.1
done
url=$(sed 's/^listening on //' "$work/listening")
export IMS_OAUTH_S2S_CLIENT_ID=browser IMS_OAUTH_S2S_CLIENT_SECRET=canary-8b1f
cat >"$work/crm/aepflow.yaml" <<YAML
targets:
  box: {platform: $url, ims: $url, org: 000000000000000000000001@AdobeOrg, sandbox: dev}
defaultTarget: box
YAML

# The plan: a first one, and one with changes of every colour.
"$work/aepflow" -C "$work/crm" plan -o html >"$work/first.html"
"$work/aepflow" -C "$work/crm" apply --auto-approve >"$work/apply.log" 2>&1 || { cat "$work/apply.log"; exit 1; }
sed -i.bak -e 's/interval: 1$/interval: 6/' -e 's/trim(last_name)/upper(trim(last_name))/' -e 's/^  email: string/&\n  phone: string/' \
  -e 's/crm.loyaltyPoints: integer/&\n      crm.tier: string/' -e 's/^description: .*/description: Customers of the CRM, every six hours/' "$work/crm/customers.dataflow.yaml"
sed -i.bak 's/port: 5432/port: 5433/' "$work/crm/crm-db.dataflow.yaml"
rm "$work/crm/customer-history.dataflow.yaml" "$work"/crm/*.bak
"$work/aepflow" -C "$work/crm" plan --on-replace=backfill --no-tests -o html >"$work/changes.html"

# Plans of 1, 30, and 500 dataflows that change, of a project on the emulator inside of the program.
mkdir "$work/many"
cp examples/tutorial/emulator.yaml "$work/many"
printf 'targets: {local: {seed: emulator.yaml}}\n' >"$work/many/aepflow.yaml"
for i in $(seq 500); do
  sed "s/^name: .*/name: a-rather-long-name-of-a-dataflow-$i/" examples/tutorial/dataflow.yaml >"$work/many/f$i.dataflow.yaml"
done
"$work/aepflow" -C "$work/many" apply --target local --auto-approve -q >"$work/apply.log" 2>&1 || { cat "$work/apply.log"; exit 1; }
changed=0
for n in 1 30 500; do
  while [ "$changed" -lt "$n" ]; do
    changed=$((changed + 1))
    sed -i.bak 's/interval: 15/interval: 30/' "$work/many/f$changed.dataflow.yaml"
    rm "$work/many/f$changed.dataflow.yaml.bak"
  done
  "$work/aepflow" -C "$work/many" plan --target local -o html >"$work/many-$n.html"
done

# The emulator's page, after four days of runs, one of which went wrong.
curl -fsS -H 'Content-Type: application/json' -d '{"advance":"95h"}' "$url/_emulator/clock" >/dev/null
curl -fsS "$url/" >/dev/null # whoever looks makes the runs until then
curl -fsS -H 'Content-Type: application/json' -d '{"flow":"*","code":"CONNECTOR-1001-500","message":"the copy from the source failed"}' "$url/_emulator/runfaults" >/dev/null
curl -fsS -H 'Content-Type: application/json' -d '{"advance":"1h"}' "$url/_emulator/clock" >/dev/null

# The status page at that time, with a dataflow that failed.
AEPFLOW_NOW=2027-01-05T00:00:00Z "$work/aepflow" -C "$work/crm" status -o html >"$work/status.html" && bad "status is fine after a failed run"

# A page that complains and one that sticks out must be noticed, or the rest proves nothing.
echo '<!doctype html><link rel="icon" href="data:,"><div style="width:3000px">hello</div><script>console.error("canary")</script>' >"$work/control.html"
look control 600 400 light "file://$work/control.html"
look plan-first 1280 900 light "file://$work/first.html"
look plan-changes 1280 900 light "file://$work/changes.html"
look plan-changes-dark 1280 900 dark "file://$work/changes.html"
look plan-changes-phone 390 844 light "file://$work/changes.html"
look plan-filtered 390 844 light "file://$work/changes.html" show-delete
many=()
for n in 1 30 500; do
  for scheme in light dark; do
    look "plan-$n-$scheme" 1280 900 "$scheme" "file://$work/many-$n.html"
    look "plan-$n-phone-$scheme" 390 844 "$scheme" "file://$work/many-$n.html"
    many+=("plan-$n-$scheme" "plan-$n-phone-$scheme")
  done
done
look status 1280 900 light "file://$work/status.html"
look status-dark 1280 900 dark "file://$work/status.html"
look status-phone 390 844 light "file://$work/status.html"
look status-phone-dark 390 844 dark "file://$work/status.html"
look emulator 1280 900 light "$url/"
look emulator-dark 1280 900 dark "$url/"
look emulator-phone 390 844 light "$url/"
look emulator-phone-dark 390 844 dark "$url/"
flow=$(curl -fsS "$url/" | sed -n 's/.*<button id="run-\([^"]*\)".*/\1/p' | head -1)
look emulator-run 390 844 light "$url/" "run-$flow"
look emulator-fail 1280 900 light "$url/" "fail-$flow"
look emulator-hour 1280 900 light "$url/" clock-1h
look emulator-day 390 844 dark "$url/" clock-24h
mkdir "$work/profile"
"$work/browser" "$(command -v chromium)" "$work/profile" "$work" <"$work/pages"

if grep -q canary "$work/control.console"; then ok; else bad "control: an error on the console was not noticed"; fi
if grep -q hello "$work/control.width"; then ok; else bad "control: what sticks out was not noticed"; fi
shows plan-first 'Plan for box' '15 to create' 'flow.customers' 'person.birthDate' '<svg' 'requests in order'
shows plan-changes 'flow.customers' '3 to replace' 'upper(trim(last_name))' 'Effect on the data'
shows plan-filtered 'flow.customer-history'
hides plan-filtered 'mapping.customer-history'
if [ "$(grep -cF flow.customer-history "$work/plan-filtered.text")" -lt "$(grep -cF flow.customer-history "$work/plan-changes.text")" ]; then
  ok
else
  bad "plan-filtered shows the heading of what it hides"
fi
if grep -qF mapping.customer-history "$work/plan-changes.text"; then ok; else bad "plan-changes hides a change"; fi
shows plan-1-light '1 to update' 'a-rather-long-name-of-a-dataflow-1'
shows plan-30-light '30 to update' '<svg'
shows plan-500-light '500 to update' 'a-rather-long-name-of-a-dataflow-500' 'too many for a drawing'
clean plan-filtered "${many[@]}"
shows status 'Dataflows of box' 'customers' 'failed' 'CONNECTOR-1001-500' 'Update the secret'
shows emulator 'CRM customers' 'CRM database' 'CRM Customers' 'every hour' 'person.birthDate' '/data/foundation/flowservice/flows' 'CONNECTOR-1001-500'
shows emulator-run 'The run has started' 'inProgress'
shows emulator-fail 'The next run will fail.'
shows emulator-hour 'The clock was moved.' '2027-01-05 01:0' 'the copied data could not be processed'
shows emulator-day 'The clock was moved.' '2027-01-06 01:0'
clean status status-dark status-phone status-phone-dark
clean emulator-run emulator-fail emulator-hour emulator-day plan-first plan-changes plan-changes-dark plan-changes-phone emulator emulator-dark emulator-phone emulator-phone-dark

if grep -rlF canary-8b1f "$work"/*.dom; then bad "a secret stands on a page"; else ok; fi
echo "browser: $passed passed, $failed failed; screenshots in $shots"
[ "$failed" = 0 ]
