package flow

import (
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/catalog"
	"github.com/aepflow/aepflow/internal/emulator/core"
)

func metrics(o catalog.Outcome, ext any, begun, ended int64) object {
	in, out := o.Bytes()
	files := int64(0)
	if o.Written > 0 {
		files = 1
	}
	read := max(files, o.Files)
	status := o.Status
	if status == "partialSuccess" {
		status = "success" // below the threshold a run succeeds and carries its errors
	}
	return object{
		"durationSummary": object{"startedAtUTC": begun, "completedAtUTC": ended, "extensions": ext},
		"sizeSummary":     object{"inputBytes": in, "outputBytes": out},
		"recordSummary": object{"inputRecordCount": o.Read, "outputRecordCount": o.Written, "failedRecordCount": o.Failed,
			"skippedRecordCount": int64(0)},
		"fileSummary": object{"inputFileCount": read, "outputFileCount": files,
			"activityRefs": []any{"promotionActivity"}},
		"statusSummary": object{"status": status, "errors": o.Errors(), "activityRefs": []any{"promotionActivity"}},
	}
}

// failedToCopy reports whether a run failed at the source, so that nothing came to the dataset.
func failedToCopy(o catalog.Outcome) bool {
	return o.Status == "failed" && strings.HasPrefix(o.Code, "CONNECTOR-1001")
}

func activities(o catalog.Outcome, flow object, batch string, window any, begun, ended int64) []any {
	half := begun + (ended-begun)/2
	in, out := o.Bytes()
	act := func(id string, from, to int64, status string, errs []any, info object) object {
		a := object{
			"id": id, "updatedAtUTC": to,
			"durationSummary": object{"startedAtUTC": from, "completedAtUTC": to},
			"sizeSummary":     object{"inputBytes": in, "outputBytes": out},
			"recordSummary":   object{"inputRecordCount": o.Read, "outputRecordCount": o.Written, "failedRecordCount": o.Failed},
			"statusSummary":   object{"status": status, "errors": errs},
		}
		for k, v := range info {
			a[k] = v
		}
		return a
	}
	source := object{"sourceInfo": []any{object{
		"id": first(core.Texts(flow, "sourceConnectionIds")), "type": "SourceConnection",
		"reference": object{"type": "AdfRunId", "ids": []any{core.Text(flow, "id")}},
	}}}
	copied := func(to int64, status string, errs []any) object {
		a := act("copyActivity", begun, to, status, errs, source)
		a["durationSummary"].(object)["extensions"] = window
		if status == "success" { // rows fail after the copy
			a["recordSummary"] = object{"inputRecordCount": o.Read, "outputRecordCount": o.Read, "failedRecordCount": int64(0)}
		}
		return a
	}
	if failedToCopy(o) {
		return []any{copied(ended, "failed", o.Errors())}
	}
	target := object{}
	if batch != "" {
		target["targetInfo"] = []any{object{
			"id": first(core.Texts(flow, "targetConnectionIds")), "type": "TargetConnection",
			"reference": object{"type": "Batch", "ids": []any{batch}},
		}}
	}
	status := o.Status
	if status == "partialSuccess" {
		status = "success"
	}
	promoted := act("promotionActivity", half, ended, status, o.Errors(), target)
	if batch != "" && len(o.Bad) > 0 && core.At(flow, "options", "errorDiagnosticsEnabled") == true {
		promoted["statusSummary"].(object)["extensions"] = object{"manifest": object{
			"failedRecords": "https://platform.adobe.io/data/foundation/export/batches/" + batch + "/meta?path=row_errors",
		}}
	}
	return []any{copied(half, "success", []any{}), promoted}
}

func first(l []string) any {
	if len(l) == 0 {
		return nil
	}
	return l[0]
}
