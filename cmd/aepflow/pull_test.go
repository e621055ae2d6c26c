package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pullProject is a project of which TestPull changes some values, as somebody on the platform does.
const pullProject = `# The connection of all.
kind: Connection
name: crm
title: CRM # as in the CRM
description: Holds "people"
connector: postgresql
auth:
  type: Basic Authentication
  params: {server: db.example.com, port: 5432, database: crm, username: reader, password: "${env.DB_PASSWORD}"}
---
kind: Schema
name: people
title: People
description: 'Who we know' # and whom we do not
class: profile
fieldGroups: [profile-person-details, profile-personal-details]
fields:
  crm.id: string
  crm.tier: {type: string, title: Tier, labels: [C2]} # gold
  crm.points: {type: integer, description: As of today}
identities:
  crm.id: {namespace: Email, primary: true} # until the CRM has its own
  personalEmail.address: Phone
displayNames:
  personalEmail.address: {title: Mail, description: Private}
fieldLabels:
  person.name.firstName: [I1]
---
kind: Dataset
name: people
title: People
description: Everyone
schema: people
tags:
  team: [crm] # who to ask
labels: [C2, S1] # by the lawyers
---
# The dataflow.
name: people
title: People # daily
description: Reads them
database: {connection: crm, title: People source}
table: public.people
columns:
  id: string
  email: string
  changed: {type: date-time} # in UTC
target: {schema: people, dataset: people, title: Into people}
mappingSet: {title: Mapping of people}
mappings:
  _id: id # the key
  _{TENANT_ID}.crm.id: id
  personalEmail.address: lower(email)
delta: {column: changed, dateFormat: yyyy-MM-dd}
schedule:
  frequency: hour
  interval: 6 # hours
  startTime: 2027-02-01T00:00:00Z
labels: [C1, own] # see the list
options: {partialIngestionPercent: 10, errorDiagnosticsEnabled: true}
`

// pullEdits are changes of single values, as a person would write them.
var pullEdits = [][2]string{
	{"title: CRM #", "title: The CRM #"},
	{`description: Holds "people"`, `description: Holds all`},
	{"title: People\ndescription: 'Who", "title: Persons\ndescription: 'Who"},
	{"'Who we know'", "'Whom we know'"},
	{"{type: string, title: Tier, labels: [C2]}", "{type: string, title: Level, labels: [C2]}"},
	{"{type: integer, description: As of today}", "{type: integer, description: As of now}"},
	{"title: Tier, labels: [C2]", "title: Tier, labels: [C2, S2]"},
	{"{namespace: Email, primary: true}", "{namespace: ECID, primary: true}"},
	{"personalEmail.address: Phone", "personalEmail.address: Email"},
	{"{title: Mail, description: Private}", "{title: E-mail, description: Private}"},
	{"description: Private", "description: At home"},
	{"person.name.firstName: [I1]", "person.name.firstName: [I1, S1]"},
	{"title: People\ndescription: Everyone", "title: All people\ndescription: Everyone"},
	{"description: Everyone", "description: Everybody"},
	{"team: [crm]", "team: [crm, data]"},
	{"labels: [C2, S1] # by", "labels: [C2, I2] # by"},
	{"title: People # daily", "title: People of the CRM # daily"},
	{"description: Reads them", "description: Reads all"},
	{"title: People source", "title: Source of people"},
	{"_id: id # the key", "_id: email # the key"},
	{"lower(email)", "lower(trim(email))"},
	{"interval: 6 #", "interval: 12 #"},
	{"labels: [C1, own] #", "labels: [C1, C9] #"},
	{"partialIngestionPercent: 10", "partialIngestionPercent: 25"},
	{"errorDiagnosticsEnabled: true", "errorDiagnosticsEnabled: false"},
}

// TestPull: after somebody changed some values on the platform, a pull makes the documents the bytes that they would be
// if a person had changed those values, and the refreshed plan is empty.
func TestPull(t *testing.T) {
	b := newSandboxBox(t, "testdata/sandboxes/handmade.yaml")
	b.open = true
	for name, value := range map[string]string{
		"DB_PASSWORD": "canary-pw", "IMS_OAUTH_S2S_CLIENT_ID": "writer", "IMS_OAUTH_S2S_CLIENT_SECRET": "writer-secret",
	} {
		t.Setenv(name, value)
	}
	dir := b.project("dev") // what serves one target alone is changed in place
	document, lock := filepath.Join(dir, "all.dataflow.yaml"), filepath.Join(dir, "dataflow.dev.lock")
	read := func(path string) string {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(document, pullProject)
	command(t, exitOK, "apply", "--target", "dev", dir, "--auto-approve", "--rate", "0")
	rnd := rand.New(rand.NewPCG(1, 2))
	t.Chdir(dir)
	for round := range 7 {
		var some []int // the first time all
		for i := range pullEdits {
			if round == 0 || rnd.IntN(3) == 0 {
				some = append(some, i)
			}
		}
		before, was := read(document), read(lock)
		after := before
		for _, i := range some {
			from, to := pullEdits[i][0], pullEdits[i][1]
			if !strings.Contains(after, from) {
				from, to = to, from // it was changed before
			}
			if strings.Count(after, from) == 1 {
				after = strings.Replace(after, from, to, 1)
			}
		}
		write(document, after)
		command(t, exitOK, "apply", "--target", "dev", "--auto-approve", "--rate", "0")
		write(document, before)
		write(lock, was)
		command(t, exitOK, "pull", "--target", "dev", "--auto-approve", "--rate", "0", "-o", "json")
		if d := cmp.Diff(after, read(document)); d != "" {
			t.Fatalf("edits %v: the document differs (-want +got):\n%s", some, d)
		}
		plan, _ := command(t, exitOK, "plan", "--refresh", "--target", "dev")
		if !strings.Contains(plan, "No changes") {
			t.Fatal(plan)
		}
	}
}
