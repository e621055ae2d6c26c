#!/usr/bin/env node
// Drives yaml-language-server, the engine of the YAML support in VS Code, Neovim
// and others, with the schema for editors: what it completes, shows on hover and
// finds wrong. Installs it with npm into a temporary folder, or takes the
// node_modules folder that EDITOR_MODULES names.
//
//   node .ci/editor.mjs [path of aepflow]
import { execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const version = "1.25.0";
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const work = fs.mkdtempSync(path.join(os.tmpdir(), "aepflow-editor-"));
process.on("exit", () => fs.rmSync(work, { recursive: true, force: true }));

let modules = process.env.EDITOR_MODULES;
if (!modules) {
  const npm = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=20000", "--prefix", work, "yaml-language-server@" + version], { encoding: "utf8" });
  if (npm.status !== 0) {
    console.log("editor: skipped, npm installs no yaml-language-server: " + (npm.error ?? npm.stderr).toString().trim().split("\n").pop());
    process.exit(0);
  }
  modules = path.join(work, "node_modules");
}
let aepflow = process.argv[2] && path.resolve(process.argv[2]);
if (!aepflow) {
  aepflow = path.join(work, "aepflow");
  execFileSync("go", ["build", "-o", aepflow, "./cmd/aepflow"], { cwd: root, stdio: "inherit" });
}

let passed = 0;
let failed = 0;
function check(what, fine, found) {
  if (fine) {
    passed++;
    return;
  }
  failed++;
  console.error(`FAILED: ${what}\n  found: ${JSON.stringify(found)}`);
}

// The server's messages have a header with their length.
const server = spawn(process.execPath, [path.join(modules, "yaml-language-server/bin/yaml-language-server"), "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
const waiting = new Map();
const findings = new Map(); // uri → diagnostics
const awaited = new Map(); // uri → called with the next ones
let input = Buffer.alloc(0);
let last = 0;

function send(message) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
  server.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
  server.stdin.write(body);
}
const notify = (method, params) => send({ method, params });
function request(method, params) {
  const id = ++last;
  send({ id, method, params });
  return new Promise((answer, refuse) => waiting.set(id, { answer, refuse }));
}
server.stdout.on("data", (part) => {
  input = Buffer.concat([input, part]);
  for (;;) {
    const end = input.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/Content-Length: (\d+)/i.exec(input.subarray(0, end).toString())[1]);
    if (input.length < end + 4 + length) return;
    const message = JSON.parse(input.subarray(end + 4, end + 4 + length).toString());
    input = input.subarray(end + 4 + length);
    receive(message);
  }
});
const settings = { yaml: { validate: true, hover: true, completion: true, schemaStore: { enable: false }, schemas: {} } };
function receive(m) {
  if (m.method && m.id !== undefined) {
    const result = m.method === "workspace/configuration" ? m.params.items.map((i) => settings[i.section] ?? null) : null;
    send({ id: m.id, result });
  } else if (m.method === "textDocument/publishDiagnostics") {
    findings.set(m.params.uri, m.params.diagnostics);
    awaited.get(m.params.uri)?.(m.params.diagnostics);
  } else if (m.id !== undefined) {
    const { answer, refuse } = waiting.get(m.id);
    waiting.delete(m.id);
    if (m.error) refuse(new Error(m.error.message));
    else answer(m.result);
  }
}

const modeline = "# yaml-language-server: $schema=./dataflow.schema.json\n";
fs.copyFileSync(path.join(root, "schemas/dataflow.schema.json"), path.join(work, "dataflow.schema.json"));
let opened = 0;

// open shows a document to the server and waits for its findings. ‸ marks the
// place of the cursor and is not part of the document.
async function open(text, name = "dataflow.yaml", head = modeline) {
  const marked = head + text;
  const at = marked.indexOf("‸");
  const clean = marked.replace("‸", "");
  const dir = path.join(work, "doc" + ++opened);
  fs.mkdirSync(dir);
  fs.copyFileSync(path.join(work, "dataflow.schema.json"), path.join(dir, "dataflow.schema.json"));
  const file = path.join(dir, name);
  fs.writeFileSync(file, clean);
  const uri = pathToFileURL(file).href;
  const found = new Promise((done) => awaited.set(uri, done));
  notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text: clean } });
  const before = marked.slice(0, Math.max(at, 0)).split("\n");
  return { uri, dir, found: await found, position: { line: before.length - 1, character: before.at(-1).length } };
}

// What a list of completions offers, without the punctuation that goes with it.
async function completions(text) {
  const doc = await open(text);
  const list = await request("textDocument/completion", { textDocument: { uri: doc.uri }, position: doc.position });
  return (list?.items ?? list ?? []).map((i) => i.label);
}
async function completes(what, text, want, never = []) {
  const got = await completions(text);
  for (const w of want) check(`${what}: completes ${w}`, got.includes(w), got);
  for (const w of never) check(`${what}: does not offer ${w}`, !got.includes(w), got);
}
async function shows(what, text, ...words) {
  const doc = await open(text);
  const hover = await request("textDocument/hover", { textDocument: { uri: doc.uri }, position: doc.position });
  const got = JSON.stringify(hover?.contents ?? "");
  for (const w of words) check(`${what}: hover shows "${w}"`, got.includes(w), got);
}

// Both must find the same lines wrong. validate goes further than a schema can,
// so its findings about meaning are left out.
const aboutForm = new Set(["unknown-key", "missing-key", "wrong-type", "invalid-value", "unknown-type", "unknown-connector", "unknown-kind", "bad-name", "duplicate-key"]);
async function agrees(what, text) {
  const doc = await open(text);
  const run = spawnSync(aepflow, ["-C", doc.dir, "validate", "-o", "json"], { encoding: "utf8" });
  const list = JSON.parse(run.stdout).diagnostics.filter((d) => d.severity === "error");
  // A misspelt key is one fault for validate; the editor also misses the right one.
  const misspelt = list.some((d) => d.code === "unknown-key");
  const editor = new Set(doc.found.filter((d) => !(misspelt && /^Missing property|is missing property/.test(d.message))).map((d) => d.range.start.line + 1));
  const ours = new Set(list.filter((d) => aboutForm.has(d.code)).map((d) => d.range.start.line));
  check(`${what}: validate finds it`, run.status === 3 && ours.size > 0, list.map((d) => d.message));
  const sorted = (s) => [...s].sort((a, b) => a - b).join();
  check(`${what}: editor and validate find the same lines`, sorted(editor) === sorted(ours), {
    editor: doc.found.map((d) => `${d.range.start.line + 1}: ${d.message}`),
    validate: list.map((d) => `${d.range.start.line}: [${d.code}] ${d.message}`),
  });
  const keys = (texts) => texts.flatMap((t) => /(?:Property|unknown key) [`']?([\w-]+)[`']?/.exec(t)?.[1] ?? []).sort().join();
  check(`${what}: the same wrong keys`, keys(doc.found.map((d) => d.message)) === keys(list.filter((d) => d.code === "unknown-key").map((d) => d.message)), {
    editor: keys(doc.found.map((d) => d.message)),
    validate: list.map((d) => d.message),
  });
}

const sound = `name: mytable
title: My table
database: {connector: google-bigquery, connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4}
table: test1.Mytable
columns:
  id: string
  changed: date-time
target:
  schema: https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168
  dataset: 6019e0e7c5dcf718db5ebc71
mappings:
  _id: id
delta: changed
schedule:
  frequency: hour
  interval: 1
`;
const with_ = (old, now) => {
  if (!sound.includes(old)) throw new Error("the sound document has no " + old);
  return sound.replace(old, now);
};

const hurry = setTimeout(() => {
  console.error("editor: no answer from the server within five minutes");
  server.kill();
  process.exit(1);
}, 5 * 60_000);

await request("initialize", {
  processId: process.pid,
  rootUri: pathToFileURL(work).href,
  workspaceFolders: [{ uri: pathToFileURL(work).href, name: "project" }],
  capabilities: {
    textDocument: { completion: { completionItem: { snippetSupport: false } }, hover: { contentFormat: ["markdown"] }, publishDiagnostics: {} },
    workspace: { configuration: true, workspaceFolders: true },
  },
});
notify("initialized", {});

// Keys.
const flow = "name: mytable\n";
await completes("at the top", flow + "‸", ["title", "database", "table", "columns", "target", "mappings", "delta", "schedule", "options", "state", "lifecycle", "kind"], ["name", "auth"]);
await completes("in database", flow + "database:\n  ‸", ["connector", "connection", "connectionId"], ["frequency"]);
await completes("in schedule", flow + "schedule:\n  ‸", ["frequency", "interval", "startTime", "backfill"], ["connector"]);
await completes("behind a key of schedule", flow + "schedule:\n  frequency: hour\n  ‸", ["interval"], ["frequency"]);
await completes("in target", flow + "target:\n  ‸", ["schema", "dataset"]);
await completes("in an inline schema", flow + "target:\n  schema:\n    ‸", ["title", "class", "fieldGroups", "fields", "identities", "profile"]);
await completes("in an identity", flow + "target:\n  schema:\n    identities:\n      a.b:\n        ‸", ["namespace", "primary"]);
await completes("in delta", flow + "delta:\n  ‸", ["column", "dateFormat", "timezone"]);
await completes("in a long mapping", flow + "mappings:\n  _id:\n    ‸", ["source", "expression", "value"]);
await completes("in a Connection", "kind: Connection\nname: db\n‸", ["title", "connector", "auth"], ["table", "mappings"]);
await completes("in auth", "kind: Connection\nname: db\nauth:\n  ‸", ["type", "params"]);
await completes("in a Schema", "kind: Schema\nname: s\n‸", ["title", "class", "fieldGroups", "fields", "identities"], ["table"]);
await completes("in a Class", "kind: Class\nname: c\n‸", ["title", "behavior", "fields", "description"], ["table", "class"]);
await completes("in files", flow + "files:\n  ‸", ["path", "format", "delimiter", "compression", "encryption"], ["table"]);
await completes("in a Dataset", "kind: Dataset\nname: d\n‸", ["title", "schema"], ["table"]);

// Values.
await completes("frequency", flow + "schedule:\n  frequency: ‸", ["once", "minute", "hour", "day", "week"]);
await completes("connector", flow + "database:\n  connector: ‸", ["google-bigquery", "postgresql", "sql-server", "mysql", "snowflake"]);
await completes("connector of a Connection", "kind: Connection\nname: db\nconnector: ‸", ["google-bigquery", "postgresql", "mysql"]);
const postgres = "kind: Connection\nname: db\nconnector: postgresql\nauth:\n  ";
await completes("sign-in methods of a connector", postgres + "type: ‸", ["Basic Authentication", "Connection String Based Authentication"], ["Access Key"]);
await completes("parameters of a connector", postgres + "type: Basic Authentication\n  params:\n    ‸", ["server", "sslMode", "connectionString"], ["s3AccessKey"]);
await completes("type of a column", flow + "columns:\n  id: ‸", ["string", "integer", "long", "double", "boolean", "date", "date-time"]);
await completes("type of a long column", flow + "columns:\n  id:\n    type: ‸", ["string", "date-time"]);
await completes("state", flow + "state: ‸", ["enabled", "disabled", "draft"]);
await completes("kind", "kind: ‸", ["Dataflow", "Connection", "Schema", "Dataset", "Class"]);
await completes("behavior of a class", "kind: Class\nname: c\nbehavior: ‸", ["record", "time-series"]);
await completes("compression of files", flow + "files:\n  compression: ‸", ["gzip", "tar"]);
await completes("onReplace", flow + "lifecycle:\n  onReplace: ‸", ["backfill", "continue"]);

// Hover: the same doc comments as `aepflow explain`.
await shows("schedule", with_("schedule:", "sche‸dule:"), "when");
await shows("interval", with_("interval: 1", "inter‸val: 1"), "minute", "15");
await shows("connector", with_("connector:", "connec‸tor:"), "google-bigquery");
await shows("a connector", "kind: Connection\nname: db\nconnector: postg‸resql\n", "Basic Authentication", "AWS", "sslMode", "secret");
await shows("delta", with_("delta:", "del‸ta:"), "column");
await shows("mappings", with_("mappings:", "mapp‸ings:"), "XDM");
await shows("auth", "kind: Connection\nname: db\nau‸th: {type: Basic Authentication, params: {}}\n", "sign");

// Documents that are right, as they are written and with variables.
for (const [name, text] of [
  ["the tutorial", fs.readFileSync(path.join(root, "examples/tutorial/dataflow.yaml"), "utf8")],
  ...fs.readdirSync(path.join(root, "examples/crm")).filter((f) => f.endsWith(".dataflow.yaml")).map((f) => [f, fs.readFileSync(path.join(root, "examples/crm", f), "utf8")]),
  ["a short document", sound],
  ["variables", with_("interval: 1", "interval: ${var.every}").replace("id: string", "id: ${var.type}").replace("changed: date-time", "changed: {type: date-time}")],
  ["an overlay", sound + "targets:\n  prod:\n    schedule: {interval: 6}\n    delta: null\n"],
  ["two documents in a file", sound + "---\nkind: Dataset\nname: d\ntitle: D\nschema: s\n"],
]) {
  const { found } = await open(text.replace(/^# yaml-language-server:.*\n/, ""));
  check(`${name}: nothing is wrong`, found.length === 0, found.map((d) => `${d.range.start.line + 1}: ${d.message}`));
}

// The settings that `aepflow init` writes do the same as the line in the document.
settings.yaml.schemas = { [pathToFileURL(path.join(work, "dataflow.schema.json")).href]: ["dataflow.yaml", "*.dataflow.yaml"] };
notify("workspace/didChangeConfiguration", { settings });
for (const [name, bound] of [["dataflow.yaml", true], ["orders.dataflow.yaml", true], ["other.yaml", false]]) {
  const { found } = await open(with_("delta:", "deltaa:"), name, "# no modeline\n");
  check(`settings: ${name} is ${bound ? "" : "not "}checked`, found.some((d) => d.message.includes("deltaa")) === bound, found.map((d) => d.message));
}

// Documents that are wrong.
await agrees("misspelt key at the top", with_("columns:", "colums:"));
await agrees("misspelt key in schedule", with_("interval: 1", "intervall: 1"));
await agrees("misspelt key in database", with_("connectionId:", "conectionId:"));
await agrees("key in the wrong place", with_("delta: changed", "delta: changed\nfrequency: hour"));
await agrees("several wrong keys", with_("interval: 1", "interval: 1\n  backfil: true\n  start: now").replace("table:", "tabel:"));
await agrees("missing key", with_("table: test1.Mytable\n", ""));
await agrees("unknown frequency", with_("frequency: hour", "frequency: hourly"));
await agrees("unknown connector", with_("google-bigquery", "google-bigqurey"));
await agrees("unknown column type", with_("id: string", "id: text"));
await agrees("unknown type of a long column", with_("id: string", "id: {type: text}"));
await agrees("text for a number", with_("interval: 1", "interval: often"));
await agrees("list for a map", with_("  id: string\n  changed: date-time", "  - id\n  - changed"));
await agrees("number for a text", with_("title: My table", "title: 5"));
await agrees("YAML 1.1 truth", with_("interval: 1", "interval: 1\n  backfill: yes"));
await agrees("unknown state", sound + "state: on\n");
await agrees("misspelt kind", "kind: Conection\nname: db\n");
await agrees("wrong key of a Connection", "kind: Connection\nname: db\ntitle: DB\nconnector: postgresql\nautth: {type: Basic Authentication, params: {server: a}}\n");
await agrees("wrong key of an inline schema", with_("schema: https://ns.adobe.com/{TENANT_ID}/schemas/52b59140414aa6a370ef5e21155fd7a686744b8739ecc168", "schema:\n    title: T\n    klass: profile"));

clearTimeout(hurry);
await request("shutdown", null);
notify("exit", null);
console.log(`editor: yaml-language-server ${version}: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
