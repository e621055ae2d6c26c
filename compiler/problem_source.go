package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/specs"
)

type noSource struct{ u *unit }

func (p noSource) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.SourceChoice, Severity: diag.Error, Path: "database",
		Message: fmt.Sprintf("dataflow `%s` has no source", p.u.name),
		Labels:  diag.At(p.u.at("name").Key(), "expected `database` and `table`, `files`, `rest`, or `stream`"),
		Help: "add `database:` and `table:` for a table, `files:` for files, `rest:` for a self-serve source, or `stream:` " +
			"for a stream",
	}
}

// twoSources: a source beside a key of another source.
type twoSources struct {
	u        *unit
	own, key string
}

func (p twoSources) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.SourceChoice, Severity: diag.Error, Path: p.key,
		Message: fmt.Sprintf("`%s` and `%s` are mutually exclusive", p.own, p.key),
		Labels: []diag.Label{
			{Span: p.u.at(p.key).Key(), Text: "one source"}, {Span: p.u.at(p.own).Key(), Text: "another"},
		},
		Help: "remove one of the two, or write two dataflows",
	}
}

// needlessConnection: a connection to what has none.
type needlessConnection struct {
	at        decode.Place
	connector specs.Connector
}

func (p needlessConnection) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.ConnectionChoice, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "the landing zone has no connection",
		Labels:  p.at.KeyLabels("the platform rejects this"),
		Help:    "remove it: every sandbox has one landing zone, which `connector: " + landingZone + "` names",
	}
	if p.connector.IsWebhook() {
		d.Message = fmt.Sprintf("%s has no connection", p.connector.Name)
		d.Help = "remove it: the service sends its events to an address that the platform gives to the dataflow"
	}
	return d
}

// readBy adds how the source of a connector is read.
func readBy(c specs.Connector) string {
	keys := map[string]string{
		"CRMToAEP": "`database:` and `table:`", "CloudStorageToAEP": "`files:`", "RestStorageToAEP": "`rest:`",
	}[c.FlowSpec]
	switch {
	case c.IsStream():
		keys = "`stream:`"
	case keys == "":
		return ""
	}
	return fmt.Sprintf(", or read %s with %s", c.Name, keys)
}

type notAFileSource struct {
	at        decode.Place
	connector specs.Connector
}

func (p notAFileSource) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.NotAFileSource, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("%s is not a source of files", p.connector.Name),
		Labels:  p.at.Labels("expected a connector of a file store (flow spec CloudStorageToAEP)"),
		Help:    "choose a connector such as amazon-s3 or sftp" + readBy(p.connector),
	}
}

type notARestSource struct {
	at        decode.Place
	connector specs.Connector
}

func (p notARestSource) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.NotARestSource, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("%s is not a self-serve source", p.connector.Name),
		Labels:  p.at.Labels("expected a connector of a REST service (flow spec RestStorageToAEP)"),
		Help:    "choose a connector such as stripe or zendesk" + readBy(p.connector),
	}
}

type uncheckedParams struct{ at decode.Place }

func (p uncheckedParams) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.UncheckedParams, Severity: diag.Note, Path: p.at.Path.String(),
		Message: "the parameters of the source were not checked",
		Labels:  p.at.KeyLabels("passed on as they are written"),
		Help:    "compare them with Adobe's page on the source",
	}
}

// filePath is a part of a path that the platform does not read.
type filePath struct {
	at                   decode.Place
	start, end           int
	warning              bool
	message, label, help string
}

func (p filePath) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.FilePath, Severity: diag.Error, Path: p.at.Path.String(), Message: p.message,
		Labels: p.at.PartLabels(p.start, p.end, p.label), Help: p.help,
	}
	if p.warning {
		d.Severity = diag.Warning
	}
	return d
}

// fileType is a type, or recursion, that does not go with the path.
type fileType struct {
	u             *unit
	message, help string
}

func (p fileType) Diagnose() diag.Diagnostic {
	key := "type"
	if !p.u.has("files", key) {
		key = "recursive"
	}
	at := p.u.at("files", key)
	return diag.Diagnostic{
		Code: diag.FilePath, Severity: diag.Error, Path: at.Path.String(), Message: p.message,
		Labels: []diag.Label{
			{Span: at.Span(), Text: "does not fit the path"}, {Span: p.u.span("files", "path"), Text: "the path"},
		},
		Help: p.help,
	}
}

type noFileFormat struct{ at decode.Place }

func (p noFileFormat) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FileFormat, Severity: diag.Error, Path: p.at.Path.Field("format").String(),
		Message: "unknown format of the files",
		Labels:  p.at.KeyLabels("expected `format`"),
		Help: "add `format: delimited`, `json`, or `parquet`; the names .csv, .tsv, .json, and .parquet need no format, " +
			"also with .gz, .gpg, or .pgp at the end",
	}
}

// otherFormat is a format that the names of the files contradict.
type otherFormat struct {
	u     *unit
	named string
}

func (p otherFormat) Diagnose() diag.Diagnostic {
	at := p.u.at("files", "format")
	return diag.Diagnostic{
		Code: diag.FileFormat, Severity: diag.Warning, Path: at.Path.String(),
		Message: fmt.Sprintf("format is %s, but the files are named like %s", p.u.dataflow.Files.Format, p.named),
		Labels: append(at.Labels("another format"),
			diag.Label{Span: p.u.span("files", "path"), Text: "named like " + p.named}),
		Help: "write `format: " + p.named + "`, or silence this with # aepflow:ignore " + string(diag.FileFormat) +
			" REASON",
	}
}

// fileOption is a key that files of the format do not have.
type fileOption struct {
	u           *unit
	key, format string
}

func (p fileOption) Diagnose() diag.Diagnostic {
	at := p.u.at("files", p.key)
	formats := "delimited files"
	if p.key == "compression" {
		formats = "delimited and JSON files"
	}
	return diag.Diagnostic{
		Code: diag.FileOption, Severity: diag.Error, Path: at.Path.String(),
		Message: fmt.Sprintf("`%s` is not allowed with format %s", p.key, p.format),
		Labels:  at.KeyLabels("for " + formats),
		Help:    "remove `" + p.key + "`",
	}
}

// missingFileOption is a key that the names of the files suggest.
type missingFileOption struct {
	u          *unit
	key, value string
}

func (p missingFileOption) Diagnose() diag.Diagnostic {
	at := p.u.at("files", "path")
	return diag.Diagnostic{
		Code: diag.FileOption, Severity: diag.Warning, Path: at.Path.String(),
		Message: fmt.Sprintf("the names of the files suggest `%s: %s`", p.key, p.value),
		Labels:  at.Labels("no `" + p.key + "` is written"),
		Help:    "add `" + p.key + ": " + p.value + "` if it is right",
	}
}

type recursiveEncryption struct{ u *unit }

func (p recursiveEncryption) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.FileEncryption, Severity: diag.Error, Path: "files.recursive",
		Message: "`recursive` is not allowed with `encryption`",
		Labels: []diag.Label{
			{Span: p.u.at("files", "recursive").Key(), Text: "the platform reads encrypted files of one folder only"},
			{Span: p.u.at("files", "encryption").Key(), Text: "the files are encrypted"},
		},
		Help: "remove `recursive`, and write a dataflow for each folder",
	}
}

type recurringFTP struct{ u *unit }

func (p recurringFTP) Diagnose() diag.Diagnostic {
	at := p.u.at("schedule", "frequency")
	key, _ := viaOf(p.u.dataflow)
	return diag.Diagnostic{
		Code: diag.FileSchedule, Severity: diag.Warning, Path: at.Path.String(),
		Message: "recurring dataflow from an FTP server",
		Labels:  append(at.Labels("Adobe recommends once"), diag.Label{Span: p.u.at(key).Key(), Text: "reads through FTP"}),
		Help:    "write `frequency: once`, or move the files to SFTP",
	}
}

type unsupportedDraft struct{ u *unit }

func (p unsupportedDraft) Diagnose() diag.Diagnostic {
	key, _ := viaOf(p.u.dataflow)
	at := p.u.at("state")
	return diag.Diagnostic{
		Code: diag.DraftUnsupported, Severity: diag.Warning, Path: "state",
		Message: "Adobe documents drafts of tables only",
		Labels:  append(at.Labels("a draft"), diag.Label{Span: p.u.at(key).Key(), Text: "reads no table"}),
		Help:    "write `state: disabled` to store the dataflow without running it",
	}
}

// deltaElsewhere: a delta column of what is not a table.
type deltaElsewhere struct{ u *unit }

func (p deltaElsewhere) Diagnose() diag.Diagnostic {
	key, _ := viaOf(p.u.dataflow)
	how := "every run reads what is new or changed since the last"
	if p.u.dataflow.Stream != nil {
		how = "a stream is read as it comes"
	}
	return diag.Diagnostic{
		Code: diag.DeltaForbidden, Severity: diag.Error, Path: "delta",
		Message: fmt.Sprintf("`delta` is not allowed with `%s`", key),
		Labels: []diag.Label{
			{Span: p.u.at("delta").Key(), Text: "only tables have a delta column"},
			{Span: p.u.at(key).Key(), Text: "reads no table"},
		},
		Help: "remove `delta`: " + how,
	}
}
