package decode

import "testing"

func TestIsCron(t *testing.T) {
	for text, want := range map[string]bool{
		"0 5 * * *": true, "*/15 * * * mon-fri": true, "0 0 ? * MON *": true, "0 0 L * ?": true, "@daily": true,
		"5 4 * * sun": true, "every day at 5 am": false, "0 5 * *": false, "0 0 0 1 1 * 2027": false,
		"hour": false, "": false,
	} {
		if got := isCron(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}
