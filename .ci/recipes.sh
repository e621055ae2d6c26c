#!/usr/bin/env bash
# Checks docs/ci/gitlab-ci.yml against GitLab's own JSON Schema, which gitlab-ci-local contains and npm installs.
# Without npm it says so and passes. (make check runs actionlint on the GitHub files; npm has no schema of Azure's.)
set -euo pipefail
cd "$(dirname "$0")/.."
version=4.56.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! npm install --silent --no-audit --no-fund --fetch-retries=1 --fetch-timeout=20000 --prefix "$work" "gitlab-ci-local@$version" \
  >"$work/npm.log" 2>&1; then
  echo "recipes: skipped, npm installs no gitlab-ci-local: $(tail -n 1 "$work/npm.log")"
  exit 0
fi
git init -q "$work/shop"
git -C "$work/shop" remote add origin https://gitlab.example.com/team/shop.git
check() { (cd "$work/shop" && "$work/node_modules/.bin/gitlab-ci-local" --list >"$work/log" 2>&1); }
cp docs/ci/gitlab-ci.yml "$work/shop/.gitlab-ci.yml"
if ! check; then
  cat "$work/log"
  exit 1
fi
sed 's/resource_group:/resource_grop:/' docs/ci/gitlab-ci.yml >"$work/shop/.gitlab-ci.yml"
if check; then
  echo "recipes: the schema accepts a misspelled key"
  exit 1
fi
echo "recipes: docs/ci/gitlab-ci.yml fits the schema"
# The component, in a pipeline of another project, for two targets.
mkdir "$work/shop/templates"
cp docs/ci/gitlab-component.yml "$work/shop/templates/aepflow.yml"
for target in dev prod; do
  echo "  - {local: templates/aepflow.yml, inputs: {target: $target, version: 0.1.0, sha256: '0'}}"
done | cat <(echo include:) - >"$work/shop/.gitlab-ci.yml"
if ! check || ! grep -q '^aepflow-apply-dev ' "$work/log" || ! grep -q '^aepflow-apply-prod ' "$work/log"; then
  cat "$work/log"
  exit 1
fi
echo "recipes: docs/ci/gitlab-component.yml fits the schema"
