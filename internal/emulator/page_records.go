package emulator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
)

// recordRows shows the newest records of a dataset, as long as there is room.
func recordRows(sp *core.Space, dataset string, room *int) section[pageRecord] {
	kept := catalog.RecordsOf(sp, dataset)
	s := section[pageRecord]{Total: len(kept)}
	for _, k := range kept[:min(len(kept), shownRecords)] {
		if *room <= 0 {
			break
		}
		row := recordRow(sp, k)
		row.Key = recordKey(k, s.Rows)
		*room -= len(row.Record) + len(row.Row)
		for _, m := range row.Mappings.Rows {
			*room -= len(m.Source) + len(m.Destination) + len(m.State)
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

// failedRows shows the newest rows of a dataset that failed, as long as there is room.
func failedRows(sp *core.Space, dataset string, now int64, room *int) section[pageFailedRow] {
	kept := catalog.FailedRows(sp, dataset, now)
	s := section[pageFailedRow]{Total: len(kept)}
	for _, k := range kept[:min(len(kept), shownRecords)] {
		if *room <= 0 {
			break
		}
		at, _ := core.AsInt(core.At(k, "at"))
		text, isText := core.At(k, "row").(string)
		if !isText {
			text = indented(core.ToJSON(core.At(k, "row")))
		}
		row := pageFailedRow{At: clock(at), Code: core.Text(k, "code"), Row: excerpt(text, shownText),
			Message: excerpt(core.Text(k, "message"), shownSource)}
		if f := sp.Get(core.KindFlow, core.Text(k, "flow")); f != nil {
			row.Flow, row.FlowID = core.Text(f.View(), "name"), f.ID
		}
		*room -= len(row.Row) + len(row.Message)
		s.Rows = append(s.Rows, row)
	}
	return s
}

// recordKey tells a record from those before it, and is the same when others arrive.
func recordKey(kept any, before []pageRecord) string {
	sum := sha256.Sum256(core.ToJSON(kept))
	key := hex.EncodeToString(sum[:8])
	for slices.ContainsFunc(before, func(r pageRecord) bool { return r.Key == key }) {
		key += "-"
	}
	return key
}

func recordRow(sp *core.Space, kept any) pageRecord {
	at, _ := core.AsInt(core.At(kept, "at"))
	row := pageRecord{At: clock(at), Record: excerpt(indented(core.ToJSON(core.At(kept, "record"))), shownText),
		Row: excerpt(indented(core.ToJSON(core.At(kept, "row"))), shownText), RunID: core.Text(kept, "run"),
		Change: core.Text(kept, "change")}
	if f := sp.Get(core.KindFlow, core.Text(kept, "flow")); f != nil {
		row.Flow, row.FlowID = core.Text(f.View(), "name"), f.ID
	}
	var good, bad []pageOutcome
	for _, m := range core.List(kept, "mappings") {
		o := pageOutcome{Destination: excerpt(core.Text(m, "destination"), shownSource), Kind: kindWord(m),
			Source: excerpt(core.Text(m, "source"), shownSource), State: core.Text(m, "state")}
		switch o.State {
		case "failed":
			row.Failed++
			o.State, o.Tone = "failed: "+core.Text(m, "message"), "bad"
		case "unknown":
			row.Unknown++
			o.State, o.Tone = core.Text(m, "message"), "warn"
		}
		if o.Tone != "" {
			bad = append(bad, o)
		} else {
			good = append(good, o)
		}
	}
	all := append(bad, good...)
	row.Mappings = section[pageOutcome]{Total: len(all), Rows: all[:min(len(all), shownOutcomes)]}
	return row
}

// excerpt is the beginning of a long text.
func excerpt(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for !utf8.RuneStart(text[most]) {
		most--
	}
	return fmt.Sprintf("%s… (%d more bytes)", text[:most], len(text)-most)
}
