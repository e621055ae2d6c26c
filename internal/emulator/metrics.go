package emulator

import "strings"

func (o outcome) metrics(ext any, begun, ended int64) object {
	in, out := o.bytes()
	files := int64(0)
	if o.written > 0 {
		files = 1
	}
	status := o.status
	if status == "partialSuccess" {
		status = "success" // below the threshold a run succeeds and carries its errors
	}
	return object{
		"durationSummary": object{"startedAtUTC": begun, "completedAtUTC": ended, "extensions": ext},
		"sizeSummary":     object{"inputBytes": in, "outputBytes": out},
		"recordSummary":   object{"inputRecordCount": o.read, "outputRecordCount": o.written, "failedRecordCount": o.failed, "skippedRecordCount": int64(0)},
		"fileSummary":     object{"inputFileCount": files, "outputFileCount": files, "activityRefs": []any{"promotionActivity"}},
		"statusSummary":   object{"status": status, "errors": o.errors(), "activityRefs": []any{"promotionActivity"}},
	}
}

func (o outcome) activities(flow object, batch string, begun, ended int64) []any {
	half := begun + (ended-begun)/2
	in, out := o.bytes()
	act := func(id string, from, to int64, status string, errs []any, info object) object {
		a := object{
			"id": id, "updatedAtUTC": to,
			"durationSummary": object{"startedAtUTC": from, "completedAtUTC": to},
			"sizeSummary":     object{"inputBytes": in, "outputBytes": out},
			"recordSummary":   object{"inputRecordCount": o.read, "outputRecordCount": o.written, "failedRecordCount": o.failed},
			"statusSummary":   object{"status": status, "errors": errs},
		}
		for k, v := range info {
			a[k] = v
		}
		return a
	}
	source := object{"sourceInfo": []any{object{
		"id": first(texts(flow, "sourceConnectionIds")), "type": "SourceConnection",
		"reference": object{"type": "AdfRunId", "ids": []any{text(flow, "id")}},
	}}}
	if o.status == "failed" && strings.HasPrefix(o.code, "CONNECTOR-1001") {
		return []any{act("copyActivity", begun, ended, "failed", o.errors(), source)}
	}
	target := object{}
	if batch != "" {
		target["targetInfo"] = []any{object{
			"id": first(texts(flow, "targetConnectionIds")), "type": "TargetConnection",
			"reference": object{"type": "Batch", "ids": []any{batch}},
		}}
	}
	status := o.status
	if status == "partialSuccess" {
		status = "success"
	}
	return []any{
		act("copyActivity", begun, half, "success", []any{}, source),
		act("promotionActivity", half, ended, status, o.errors(), target),
	}
}

func first(l []string) any {
	if len(l) == 0 {
		return nil
	}
	return l[0]
}
