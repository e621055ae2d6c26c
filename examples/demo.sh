#!/usr/bin/env bash
# The main job, from file to platform and back, on the platform that comes with
# the tool: no account, no network. Run it with: make demo
set -euo pipefail
cd "$(dirname "$0")/.."

aepflow=$PWD/bin/aepflow
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'echo "the demo failed at: $BASH_COMMAND" >&2' ERR
cp -R examples/tutorial examples/crm examples/files examples/lakehouse "$work"
cd "$work"
rm -rf ./*/.aepflow

unset AEPFLOW_TARGET CI # in a pipeline, preview would ask for --show-data
export AEPFLOW_NOW=2027-01-01T00:00:00Z # so that no start time of the examples has passed
export CRM_DB_PASSWORD=only-for-the-demo LOYALTY_SFTP_PASSWORD=only-for-the-demo
export SNOWFLAKE_PRIVATE_KEY=only-for-the-demo

title() { printf '\n\n── %s\n' "$*"; }
run() {
  printf '\n$ aepflow'
  for word; do
    case $word in
      *[\ \(\{]*) printf " '%s'" "$word" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
  echo
  "$aepflow" "$@" 2>&1
}
# expect CODE ARGS… runs a command that must end with this exit code.
expect() {
  local want=$1 got=0
  shift
  run "$@" || got=$?
  if [ "$got" != "$want" ]; then
    echo "aepflow $* ended with exit code $got, expected $want" >&2
    return 1
  fi
}
# edit FILE OLD NEW changes one text of a file and shows the change.
edit() {
  printf '\n$ edit %s\n' "$1"
  sed "s/$2/$3/" "$1" >"$1.new"
  if cmp -s "$1" "$1.new"; then
    echo "$1 has no $2" >&2
    return 1
  fi
  { diff "$1" "$1.new" || true; } | sed -n 's/^</-/p; s/^>/+/p'
  mv "$1.new" "$1"
}

title "1. A dataflow is one file: a table, its columns, where they go, and when"
printf '\n$ cat tutorial/dataflow.yaml\n'
grep -v '^#' tutorial/dataflow.yaml

title "2. Check it: no account needed"
run validate tutorial/dataflow.yaml crm

title "3. See what would happen, before it happens"
run plan tutorial

title "4. Make it so, on the platform in the box"
run apply tutorial --auto-approve --quiet

title "5. Plan again: nothing to change"
expect 0 plan tutorial --detailed-exitcode

title "6. A larger one: a database with its password, a schema and a dataset that are made, two dataflows"
printf '\n$ ls crm\n'
ls crm
run plan crm --quiet
run apply crm --auto-approve --quiet
expect 0 plan crm --detailed-exitcode

title "7. Change the schedule of one dataflow: one line in the file, one line in the plan"
edit crm/customers.dataflow.yaml 'interval: 1$' 'interval: 6'
expect 2 plan crm --detailed-exitcode
run apply crm --auto-approve --quiet
expect 0 plan crm --detailed-exitcode

title "8. Files instead of a table: gzipped CSV from an SFTP server"
printf '\n$ cat files/members.dataflow.yaml\n'
grep -v '^#' files/members.dataflow.yaml
run apply files --auto-approve --quiet

title "9. Changes of a table: rows are inserted, updated, and deleted by their primary key"
printf '\n$ cat lakehouse/orders.dataflow.yaml\n'
grep -v '^#' lakehouse/orders.dataflow.yaml
run apply lakehouse --auto-approve --quiet
expect 0 plan lakehouse --detailed-exitcode

title "10. Run the mappings: one expression, then all of them on the rows of a file"
run eval 'concat(trim(first_name), " ", last_name)' --row '{"first_name": " Ada ", "last_name": "Lovelace"}'
printf '\n$ cat crm/samples/customers.csv\n'
cat crm/samples/customers.csv
expect 0 -C crm preview customers --rows samples/customers.csv

title "11. Test the mappings: rows in a document, and what their records should have"
printf '\n$ tail -n 15 crm/customers.dataflow.yaml\n'
tail -n 15 crm/customers.dataflow.yaml
cat >>crm/customers.dataflow.yaml <<'YAML'
  - name: a full name has single spaces
    given: {first_name: " Ada ", last_name: Lovelace}
    expect: {person.name.fullName: Ada Lovelace}
YAML
printf '\n$ edit crm/customers.dataflow.yaml\n'
tail -n 3 crm/customers.dataflow.yaml | sed 's/^/+/'
expect 7 -C crm test
edit crm/customers.dataflow.yaml 'concat(first_name, " ", last_name)' 'concat(trim(first_name), " ", trim(last_name))'
expect 0 -C crm test
expect 2 -C crm plan --detailed-exitcode
run -C crm apply --auto-approve --quiet

title "12. Watch data arrive: an emulator with rows, here of a small SQLite database"
if command -v curl >/dev/null; then
  cp -R crm arriving
  rm -rf arriving/.aepflow
  printf '\n$ aepflow emulator --listen 127.0.0.1:0 --seed emulator.yaml --source "CRM database=sqlite:source/crm.db" &\n'
  "$aepflow" -C arriving emulator --listen 127.0.0.1:0 --seed emulator.yaml \
    --source "CRM database=sqlite:source/crm.db" >emulator.out 2>&1 &
  emulator=$!
  trap 'kill "$emulator" 2>/dev/null || true; rm -rf "$work"' EXIT
  for _ in $(seq 100); do
    if grep -q 'listening on' emulator.out; then break; fi
    sleep 0.1
  done
  address=$(sed -n 's/^listening on //p' emulator.out)
  cat >arriving/aepflow.yaml <<YAML
defaultTarget: here
targets:
  here: {org: 000000000000000000000001@AdobeOrg, sandbox: dev, platform: $address, ims: $address}
YAML
  run -C arriving apply --auto-approve --quiet
  printf '\n$ curl -d %s %s/_emulator/clock\n' "'{\"now\":\"2027-01-04T13:10:00Z\"}'" "$address"
  curl -sS -H 'Content-Type: application/json' -d '{"now":"2027-01-04T13:10:00Z"}' "$address/_emulator/clock"
  echo
  export AEPFLOW_NOW=2027-01-04T13:10:00Z
  run -C arriving runs
  dataset=$("$aepflow" -C arriving state show dataset.customers -o json | sed -n 's/^  "id": "\(.*\)".*/\1/p')
  printf '\n$ curl %s/_emulator/datasets/%s/rows    # of the two newest: the row, and its record\n' "$address" "$dataset"
  curl -sS "$address/_emulator/datasets/$dataset/rows" |
    awk '/^      "record": \{/ { of = "record" } /^      "row": \{/ { of = "row" }
      of { text[of] = text[of] $0 "\n" }
      of == "row" && /^      \}/ { if (++n <= 2) print text["row"] text["record"]; text["row"] = text["record"] = "" }
      /^      \}/ { of = "" }'
  kill "$emulator"
  wait "$emulator" || true
  export AEPFLOW_NOW=2027-01-01T00:00:00Z
else
  echo "curl is missing: skipped"
fi

title "13. Take everything away again; what holds data stays until you say otherwise"
run destroy tutorial --auto-approve --quiet
run destroy crm --auto-approve --quiet
run destroy files --auto-approve --quiet
run destroy lakehouse --auto-approve --quiet

title "That was it. Next: examples/crm in an editor, docs/format.md for what a file can say, docs/cli.md for commands"
echo
