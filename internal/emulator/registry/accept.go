package registry

import (
	"mime"
	"net/http"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// acceptType is what an Accept header of the registry asks for.
type acceptType struct {
	echo        string // media type of the answer
	standard    bool   // xdm names instead of compatibility (xed) names
	id          bool   // ids and titles only
	link        bool   // descriptors: paths only
	full        bool   // references resolved
	deprecated  bool   // what descriptors deprecate is marked
	notext      bool
	descriptors bool
	v2          bool
	version     string
}

const titleAccept = "Accept header invalid"

func readAccept(header string) (acceptType, bool) {
	for part := range strings.SplitSeq(header, ",") {
		kind, params, err := mime.ParseMediaType(part)
		rest, ours := strings.CutPrefix(kind, "application/vnd.adobe.")
		if err != nil || !ours {
			continue
		}
		rest, ours = strings.CutSuffix(rest, "+json")
		if !ours {
			continue
		}
		words := strings.Split(rest, "-")
		a := acceptType{echo: "application/vnd.adobe." + rest + "+json", version: params["version"],
			standard: words[0] == "xdm"}
		if words[0] != "xed" && words[0] != "xdm" {
			return a, false
		}
		if a.version != "" {
			a.echo += "; version=" + a.version
		}
		for _, w := range words[1:] {
			switch w {
			case "id":
				a.id = true
			case "link":
				a.link = true
			case "full":
				a.full = true
			case "deprecatefield":
				a.full, a.deprecated = true, true
			case "notext":
				a.notext = true
			case "desc":
				a.descriptors = true
			case "v2":
				a.v2 = true
			case "flat":
			default:
				return a, false
			}
		}
		return a, true
	}
	return acceptType{}, false
}

// acceptLookup: a lookup needs a version, of which only the first exists.
func acceptLookup(c *core.Call) (acceptType, error) {
	a, valid := readAccept(c.Request.Header.Get("Accept"))
	major, _, _ := strings.Cut(a.version, ".")
	if !valid || a.link || a.v2 || major != "1" {
		return a, core.XDMError(1007, http.StatusBadRequest, titleAccept,
			"Accept is %q; a lookup needs application/vnd.adobe.xed+json; version=1 or another of its forms",
			c.Request.Header.Get("Accept"))
	}
	return a, nil
}

// acceptList: a list must not have a version.
func acceptList(c *core.Call) (acceptType, error) {
	a, valid := readAccept(c.Request.Header.Get("Accept"))
	if !valid || a.version != "" || a.full || a.link || a.v2 {
		return a, core.XDMError(1006, http.StatusBadRequest, titleAccept,
			"Accept is %q; a list needs application/vnd.adobe.xed-id+json or application/vnd.adobe.xed+json, without a version",
			c.Request.Header.Get("Accept"))
	}
	return a, nil
}

// dropTexts removes titles and descriptions below the top, and the
// descriptions there.
func dropTexts(v any) {
	switch v := v.(type) {
	case object:
		for k, e := range v {
			_, isText := e.(string)
			if isText && (k == "title" || k == "description") {
				delete(v, k)
				continue
			}
			dropTexts(e)
		}
	case []any:
		for _, e := range v {
			dropTexts(e)
		}
	}
}
