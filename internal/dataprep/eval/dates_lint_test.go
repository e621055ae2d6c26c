package eval

import (
	"testing"

	"github.com/aepflow/aepflow/internal/dataprep"
)

func TestFormatFaults(t *testing.T) {
	types := map[string]string{"day": "date", "at": "date-time", "changed": "date-time", "text": "string", "odd": "date"}
	formats := map[string]string{"changed": "MM/dd/yyyy HH:mm", "odd": "unknown letters: bb"}
	for text, want := range map[string]string{
		`date(day, "yyyy-MM-dd")`:                       "",
		`date(day, "dd.MM.yyyy")`:                       `"dd.MM.yyyy"`,
		`date(day, "MM-dd-yyyy")`:                       `"MM-dd-yyyy"`,
		`date(at, "yyyy-MM-dd'T'HH:mm:ssX")`:            "",
		`date(at, "yyyy-MM-dd HH:mm:ss.SSS")`:           "",
		`date(at, "yyyy-MM-dd")`:                        `"yyyy-MM-dd"`,
		`date(changed, "MM/dd/yyyy HH:mm")`:             "",
		`date(changed, "dd/MM/yyyy HH:mm")`:             `"dd/MM/yyyy HH:mm"`,
		`date(changed, "yyyy-MM-dd'T'HH:mm:ssX")`:       `"yyyy-MM-dd'T'HH:mm:ssX"`,
		`upper(concat(id, date(day, "dd.MM.yyyy")))`:    `"dd.MM.yyyy"`,
		`date(day, "dd.MM.yyyy", now())`:                "",
		`date(text, "dd.MM.yyyy")`:                      "",
		`date(odd, "dd.MM.yyyy")`:                       "",
		`date(other, "dd.MM.yyyy")`:                     "",
		`date(day)`:                                     "",
		`date(trim(day), "dd.MM.yyyy")`:                 "",
		`transformArray([1], day -> date(day, "dd.M"))`: "",
	} {
		e, problems := dataprep.Parse(text)
		if dataprep.HasErrors(problems) {
			t.Fatalf("%s: %v", text, problems)
		}
		got := ""
		for _, f := range FormatFaults(e, types, formats) {
			got += text[f.Start:f.End]
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
