package flow

import (
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/connectors"
	"github.com/aepflow/aepflow/internal/emulator/core"
)

// Sources that read files, and the keys of encrypted ones.

var fileFormats = []string{"delimited", "json", "parquet"}

// fileProperties are the members of data.properties: the formats that have them, and
// their values, none for a single character.
var fileProperties = map[string]struct{ formats, values []string }{
	"columnDelimiter": {formats: []string{"delimited"}},
	"encoding":        {[]string{"delimited"}, []string{"UTF-8", "ISO-8859-1"}},
	"compressionType": {[]string{"delimited", "json"},
		[]string{"bzip2", "gzip", "deflate", "zipDeflate", "tarGzip", "tar"}},
}

// checkFileFormat checks the properties of data against its format.
func checkFileFormat(data any, format string) error {
	if !slices.Contains(fileFormats, format) {
		return core.FlowError(core.ErrFormat, "the format of the files is %q, expected %s", format,
			strings.Join(fileFormats, ", "))
	}
	properties, isObject := core.At(data, "properties").(object)
	if !isObject && core.At(data, "properties") != nil {
		return core.FlowError(core.ErrParamValue, "data.properties must be an object")
	}
	for name, rule := range fileProperties {
		v, has := properties[name]
		if !has || v == nil {
			continue
		}
		text, _ := v.(string)
		switch {
		case !slices.Contains(rule.formats, format):
			return core.FlowError(core.ErrParamValue, "data.properties.%s is for files of the format %s, not %s", name,
				strings.Join(rule.formats, " or "), format)
		case rule.values == nil && len([]rune(text)) != 1:
			return core.FlowError(core.ErrDelimiter, "data.properties.%s must be one character", name)
		case rule.values != nil && !slices.Contains(rule.values, text):
			return core.FlowError(core.ErrParamValue, "data.properties.%s is %q, expected one of %s", name, text,
				strings.Join(rule.values, ", "))
		}
	}
	return nil
}

// checkFileSource checks how files are read and where they are.
func checkFileSource(o object, format string, params object) error {
	if err := checkFileFormat(o["data"], format); err != nil {
		return err
	}
	if core.Text(params, "path") == "" {
		return core.FlowError(core.ErrFieldMissing, "params.path is missing")
	}
	if kind, has := params["type"]; has && kind != "file" && kind != "folder" {
		return core.FlowError(core.ErrParamValue, "params.type is %v, expected file or folder", kind)
	}
	recursive, has := params["recursive"]
	if _, isBool := recursive.(bool); has && !isBool {
		return core.FlowError(core.ErrParamValue, "params.recursive must be a boolean")
	}
	if recursive == true && params["type"] != "folder" {
		return core.FlowError(core.ErrParamValue, "params.recursive is for folders: params.type must be folder")
	}
	return nil
}

// checkEncryption checks the keys that a flow names, and that its source is one
// folder.
func checkEncryption(c *core.Call, o, source object) error {
	params, has := Transformation(o, "Encryption")
	if !has {
		return nil
	}
	id := core.Text(params, "publicKeyId")
	if id == "" {
		return core.FlowError(core.ErrEncryption, "the Encryption transformation has no publicKeyId")
	}
	switch r := c.Space.Get(core.KindEncryptionKey, id); {
	case r == nil:
		return core.FlowError(core.ErrEncryption, "there is no encryption key %s in this sandbox", id)
	case connectors.IsExpired(r, c.Now):
		return core.FlowError(core.ErrEncryption, "encryption key %s has expired", id)
	}
	if id, has := params["signVerificationKeyId"]; has {
		text, _ := id.(string)
		if c.Space.Get(core.KindCustomerKey, text) == nil {
			return core.FlowError(core.ErrEncryption, "there is no customer key %q in this sandbox", text)
		}
	}
	if core.At(source, "params", "recursive") == true {
		return core.FlowError(core.ErrEncryption, "encrypted files are read from one folder: params.recursive must be false")
	}
	return nil
}
