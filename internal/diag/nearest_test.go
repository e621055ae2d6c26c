package diag

import "testing"

func TestMistyped(t *testing.T) {
	for _, tt := range []struct {
		name, candidate string
		want            bool
	}{
		{"customer_id", "customerId", true},
		{"custmer_id", "customer_id", true},
		{"Nmae", "Name", true},
		{"google-bigqurey", "google-bigquery", true},
		{"mssql", "mysql", false},          // another database
		{"id_1", "id_2", false},            // another column
		{"street1", "street2", false},      // digits distinguish names
		{"first_name", "last_name", false}, // near enough for help only
		{"Name", "NameHash", false},        // a beginning is not a slip
		{"cost", "cast", false},            // short words are near everything
		{"amount", "", false},
	} {
		if got := Mistyped(tt.name, tt.candidate); got != tt.want {
			t.Errorf("Mistyped(%q, %q) = %v", tt.name, tt.candidate, got)
		}
	}
}
