package connectors

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aepflow/aepflow/internal/emulator/core"
)

// The data landing zone: one container for each sandbox, to which files are uploaded
// with a signature. Its files are those of the folder that is bound to it.

// userZone is the type of the container that sources read.
const userZone = "user_drop_zone"

func landingZoneRoutes() []core.Route {
	r := core.RoutesOf(core.ConnectorService)
	return []core.Route{
		r(http.MethodGet, "/landingzone", core.Reads, core.With(zone, showZone)),
		r(http.MethodGet, "/landingzone/credentials", core.Reads, core.With(zone, showCredentials)),
		r(http.MethodPost, "/landingzone/credentials", core.Writes, core.With(zone, renewCredentials)),
	}
}

// zone is the type of landing zone that a call names.
func zone(c *core.Call) (string, error) {
	kind := c.Query.Get("type")
	if kind != userZone {
		return "", core.Problem(http.StatusBadRequest, "BadRequestError", "type is %q, expected %s", kind, userZone)
	}
	return kind, nil
}

func showZone(_ *core.Call, _ string) (core.Answer, error) {
	return core.OK(object{"containerName": core.LandingZoneContainer, "containerTTL": "7"})
}

func showCredentials(c *core.Call, zone string) (core.Answer, error) {
	return core.OK(credentials(c, zone))
}

func renewCredentials(c *core.Call, zone string) (core.Answer, error) {
	if action := c.Query.Get("action"); action != "refresh" {
		return core.Answer{}, core.Problem(http.StatusBadRequest, "BadRequestError",
			"action is %q, expected refresh", action)
	}
	c.Space.Put(core.KindLandingZone, zone, c.Millis(), object{"id": zone, "serial": serial(c, zone) + 1})
	return core.OK(credentials(c, zone))
}

// serial counts how often the credentials were renewed.
func serial(c *core.Call, zone string) int64 {
	r := c.Space.Get(core.KindLandingZone, zone)
	if r == nil {
		return 0
	}
	n, _ := core.AsInt(r.View()["serial"])
	return n
}

// credentials derives the signature of the zone; nothing secret is stored.
func credentials(c *core.Call, zone string) object {
	sum := hmac.New(sha256.New, c.Env.SignKey)
	sum.Write([]byte(strings.Join([]string{c.Space.Org.ID, c.Space.Sandbox.ID, zone,
		strconv.FormatInt(serial(c, zone), 10)}, "\x00")))
	token := url.Values{"sp": {"racwdlm"}, "sr": {"c"}, "spr": {"https"}, "sv": {"2020-04-08"},
		"sig": {base64.StdEncoding.EncodeToString(sum.Sum(nil))}}.Encode()
	account := "dlz" + strings.ReplaceAll(c.Space.Sandbox.ID, "-", "")[:12]
	return object{
		"containerName": core.LandingZoneContainer, "SASToken": token, "storageAccountName": account,
		"SASUri": "https://" + account + ".blob.core.windows.net/" + core.LandingZoneContainer + "?" + token,
	}
}
