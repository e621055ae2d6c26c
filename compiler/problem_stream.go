package compiler

import (
	"fmt"

	"github.com/aepflow/aepflow/compiler/decode"
	"github.com/aepflow/aepflow/internal/diag"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
	"github.com/aepflow/aepflow/internal/words"
)

type notAStreamSource struct {
	at        decode.Place
	connector specs.Connector
}

func (p notAStreamSource) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.NotAStreamSource, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("%s is not a stream", p.connector.Name),
		Labels:  p.at.Labels("expected a streaming connector"),
		Help:    "choose a connector such as amazon-kinesis or http-api" + readBy(p.connector),
	}
}

// otherStreamsKey is a key that the stream of the connector does not have.
type otherStreamsKey struct {
	at        decode.Place
	key       string
	connector specs.Connector
}

func (p otherStreamsKey) Diagnose() diag.Diagnostic {
	var owners, keys []string
	for _, c := range specs.WithStreamKey(p.key) {
		owners = append(owners, c.Name)
	}
	for _, k := range p.connector.StreamKeys() {
		keys = append(keys, "`"+k.Key+"`")
	}
	d := diag.Diagnostic{
		Code: diag.StreamKey, Severity: diag.Error, Path: p.at.Path.String(),
		Message: fmt.Sprintf("%s has no `%s`", p.connector.Name, p.key),
		Labels:  p.at.KeyLabels("a key of " + words.List(owners, "and")),
		Help:    "remove it",
	}
	if len(keys) > 0 {
		d.Help += fmt.Sprintf("; %s has %s", p.connector.Name, words.List(keys, "and"))
	}
	return d
}

// notForStreams is a key of dataflows that one of a stream cannot have.
type notForStreams struct {
	u   *unit
	key string
	xdm bool // and its data are XDM
}

func (p notForStreams) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.NotForStreams, Severity: diag.Error, Path: p.key,
		Message: fmt.Sprintf("`%s` is not allowed with `stream`", p.key),
		Labels: []diag.Label{
			{Span: p.u.at(p.key).Key(), Text: "the platform rejects this"},
			{Span: p.u.at("stream").Key(), Text: "reads a stream"},
		},
		Help: "remove it: a stream is read as it comes",
	}
	if p.xdm {
		d.Message = "`mappings` is not allowed with XDM data of HTTP API"
		d.Help = "remove it: the data have the form of the schema already; map raw data with `dataType: raw`"
	}
	return d
}

// otherDataType: the stream and its connection disagree about the data.
type otherDataType struct{ u, connection *unit }

func (p otherDataType) Diagnose() diag.Diagnostic {
	at := p.u.at("stream", dataTypeKey)
	return diag.Diagnostic{
		Code: diag.StreamDataType, Severity: diag.Error, Path: at.Path.String(),
		Message: "the data are of another type than the connection says",
		Labels: append(at.Labels("not that of the connection"),
			diag.Label{Span: p.connection.span("auth", "params", dataTypeKey), Text: "the connection takes this"}),
		Help: "remove it: the connection of an HTTP API stream says what the data are",
	}
}

// hiddenDataType: the connection takes its data type from the environment or a file.
type hiddenDataType struct{ at decode.Place }

func (p hiddenDataType) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.StreamDataType, Severity: diag.Error, Path: p.at.Path.String(),
		Message: "the type of the data is a reference",
		Labels:  p.at.Labels("expected raw or xdm"),
		Help:    "write `dataType: raw` or `dataType: xdm`: it decides which flow specification and which keys there are",
	}
}

// sharedReader: two dataflows read what one alone can read.
type sharedReader struct {
	first, second *resource.Resource
	stream        resource.Stream // of the second; with a place if their connections differ
}

func (p sharedReader) Diagnose() diag.Diagnostic {
	d := diag.Diagnostic{
		Code: diag.SharedReader, Severity: diag.Error, Path: "stream",
		Message: fmt.Sprintf("`%s` and `%s` read the same %s", p.first.Address.Name, p.second.Address.Name, p.stream.What),
		Labels:  []diag.Label{{Span: p.second.Origin, Text: "here"}, {Span: p.first.Origin, Text: "and here"}},
		Help:    "one dataflow can read it: give each its own, or write one dataflow",
	}
	if p.stream.Place != "" {
		d.Notes = []string{fmt.Sprintf("both of their connections lead to `%s`", p.stream.Place)}
	}
	return d
}

// openInlet: anyone who knows the address of a stream can send data to it.
type openInlet struct{ at decode.Place }

func (p openInlet) Diagnose() diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.OpenInlet, Severity: diag.Warning, Path: p.at.Path.String(),
		Message: "anyone who knows the address of the stream can send data to it",
		Labels:  p.at.KeyLabels("`authenticationRequired` is not true"),
		Help: "add `authenticationRequired: true`, so that senders need a token, or silence this with " +
			"# aepflow:ignore " + string(diag.OpenInlet) + " REASON",
	}
}
