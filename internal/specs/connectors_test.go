package specs

import (
	"regexp"
	"slices"
	"testing"
)

var uuidShape = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func TestConnectorsAreSortedUniqueAndWellFormed(t *testing.T) {
	ids := map[string]string{}
	var slugs []string
	complete := 0
	for _, c := range Connectors() {
		slugs = append(slugs, c.Slug)
		if c.AuthComplete {
			complete++
		}
		if c.ID == "" {
			if c.IsSource() || len(c.Auth) > 0 {
				t.Errorf("%s: used without an ID", c.Slug)
			}
			continue
		}
		if !uuidShape.MatchString(c.ID) {
			t.Errorf("%s: id %q is not a UUID", c.Slug, c.ID)
		}
		if other, dup := ids[c.ID]; dup {
			t.Errorf("%s and %s share id %s", c.Slug, other, c.ID)
		}
		ids[c.ID] = c.Slug
		for _, a := range c.Auth {
			if a.Name == "" || len(a.Params) == 0 && c.AuthComplete {
				t.Errorf("%s: auth %q without name or params", c.Slug, a.Name)
			}
			if a.Cloud != "" && a.Cloud != "azure" && a.Cloud != "aws" {
				t.Errorf("%s: auth %q on cloud %q", c.Slug, a.Name, a.Cloud)
			}
			for _, p := range a.Params {
				if p.Name == "connectionString" && !p.Secret {
					t.Errorf("%s: a connection string embeds the password and is secret", c.Slug)
				}
			}
		}
	}
	if !slices.IsSorted(slugs) {
		t.Error("not sorted by slug")
	}
	if len(slugs) != 86 || complete != 62 {
		t.Errorf("%d connectors, %d with every sign-in method; want 86 and 62", len(slugs), complete)
	}
}

// The 16 databases of the tutorial's appendix, all with a way to sign in.
func TestTutorialDatabases(t *testing.T) {
	for slug, id := range map[string]string{
		"amazon-redshift":         "3416976c-a9ca-4bba-901a-1f08f66978ff",
		"hive":                    "aac9bbd4-6c01-46ce-b47e-51c6f0f6db3f",
		"spark":                   "6a8d82bc-1caf-45d1-908d-cadabc9d63a6",
		"azure-data-explorer":     "0479cc14-7651-4354-b233-7480606c2ac3",
		"azure-synapse-analytics": "a49bcc7d-8038-43af-b1e4-5a7a089a7d79",
		"azure-table-storage":     "ecde33f2-c56f-46cc-bdea-ad151c16cd69",
		"couchbase":               "1fe283f6-9bec-11ea-bb37-0242ac130002",
		"google-bigquery":         "3c9b37f8-13a6-43d8-bad3-b863b941fedd",
		"greenplum":               "37b6bf40-d318-4655-90be-5cd6f65d334b",
		"ibm-db2":                 "09182899-b429-40c9-a15a-bf3ddbc8ced7",
		"mariadb":                 "3000eb99-cd47-43f3-827c-43caf170f015",
		"sql-server":              "1f372ff9-38a4-4492-96f5-b9a4e4bd00ec",
		"mysql":                   "26d738e0-8963-47ea-aadf-c60de735468a",
		"oracle":                  "d6b52d86-f0f8-475f-89d4-ce54c8527328",
		"phoenix":                 "102706fb-a5cd-42ee-afe0-bc42f017ff43",
		"postgresql":              "74a1c565-4e59-48d7-9d67-7c03b8a13137",
	} {
		c, ok := ConnectorBySlug(slug)
		if !ok || c.ID != id || len(c.Auth) == 0 || !c.InFlowSpec || c.DeltaColumnFormat == "" {
			t.Errorf("%s: %+v", slug, c)
		}
		if (c.Deprecated != "") != (slug == "phoenix" || slug == "couchbase") {
			t.Errorf("%s: deprecated = %q", slug, c.Deprecated)
		}
	}
}

func TestMisprintedMariaDBIsRecognised(t *testing.T) {
	c, misprint, ok := ConnectorByID("000eb99-cd47-43f3-827c-43caf170f015")
	if !ok || !misprint || c.Slug != "mariadb" || c.ID != "3000eb99-cd47-43f3-827c-43caf170f015" {
		t.Errorf("got %v %v %v", c.Slug, misprint, ok)
	}
	if _, misprint, ok = ConnectorByID(c.ID); !ok || misprint {
		t.Error("the right id is taken for a misprint")
	}
	if _, _, ok = ConnectorByID("00000000-0000-0000-0000-000000000000"); ok {
		t.Error("an unknown id is known")
	}
}

// 36 of the tutorial and Databricks of the newer list.
func TestFlowSpecMembership(t *testing.T) {
	n := 0
	for _, c := range Connectors() {
		if c.InFlowSpec {
			n++
			if c.FlowSpec != "CRMToAEP" {
				t.Errorf("%s: in the list of CRMToAEP but of flow spec %q", c.Slug, c.FlowSpec)
			}
		}
	}
	if n != 37 {
		t.Errorf("%d members, want 37", n)
	}
}
