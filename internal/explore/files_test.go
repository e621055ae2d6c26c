package explore

import (
	"slices"
	"testing"
)

func TestFolder(t *testing.T) {
	for path, want := range map[string][2]string{
		"/exports/":              {"/exports/", "*"},
		"/exports":               {"/exports/", "*"}, // with type: folder
		"/exports/*.csv":         {"/exports/", "*.csv"},
		"*.csv":                  {"", "*.csv"},
		"dlz-user-container/a*b": {"dlz-user-container/", "a*b"},
		"/":                      {"/", "*"},
	} {
		if folder, pattern := Folder(path); folder != want[0] || pattern != want[1] {
			t.Errorf("%s: %q and %q, expected %q", path, folder, pattern, want)
		}
	}
}

func TestFits(t *testing.T) {
	for pattern, names := range map[string][2][]string{
		"*":     {{"a", "", "a.csv"}, nil},
		"*.csv": {{"a.csv", ".csv"}, {"a.csv.gz", "acsv"}},
		"a*b*c": {{"abc", "axbxc", "abbcc"}, {"ac", "acb", "xabc", "abcx"}},
		"a*a":   {{"aa", "aba"}, {"a"}},
		"[a]*?": {{"[a]?", "[a]x?"}, {"ax", "[a]"}}, // nothing but * is special
		"a.csv": {{"a.csv"}, {"aXcsv", "a.csv "}},
	} {
		for _, name := range names[0] {
			if !fits(pattern, name) {
				t.Errorf("%q does not fit %s", name, pattern)
			}
		}
		for _, name := range names[1] {
			if fits(pattern, name) {
				t.Errorf("%q fits %s", name, pattern)
			}
		}
	}
}

func TestFirstFile(t *testing.T) {
	items, err := ParseItems([]byte(`[{"type":"folder","name":"0.csv","path":"/e/0.csv/","canFetchSchema":false},
		{"type":"file","name":"_SUCCESS","path":"/e/_SUCCESS"},{"type":"file","name":"b.csv","path":"/e/b.csv"},
		{"type":"file","name":"a.csv","path":"/e/a.csv","canFetchSchema":true},
		{"type":"file","name":"a.json","path":"/e/a.json"},{"type":"folder","name":"-","path":"/e/-"},
		{"type":"file","name":"0.csv.gpg","path":"/e/0.csv.gpg","canFetchSchema":false}]`))
	if err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]string{
		"*": "/e/a.csv", "*.csv": "/e/a.csv", "b*": "/e/b.csv", "_*": "/e/_SUCCESS", "*.json": "/e/a.json",
		"*.gpg": "", "*.tsv": "",
	} {
		first, ok := FirstFile(items, pattern)
		if first.Path != want || ok != (want != "") {
			t.Errorf("%s: %q, expected %q", pattern, first.Path, want)
		}
		slices.Reverse(items)
		if again, _ := FirstFile(items, pattern); again != first {
			t.Errorf("%s: the order of the list decides: %s, then %s", pattern, first.Path, again.Path)
		}
	}
	if got := Folders(items); !slices.Equal(got, []string{"/e/-/", "/e/0.csv/"}) {
		t.Errorf("folders %q", got)
	}
}
