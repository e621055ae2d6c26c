package ims

import (
	"testing"
	"time"

	"github.com/aepflow/aepflow/internal/emulator/core"
	"github.com/aepflow/aepflow/internal/emulator/servetest"
)

const form = "grant_type=client_credentials&client_id=id&client_secret=right&scope=openid"

func TestTokens(t *testing.T) {
	s := servetest.New(core.IMSService, Routes(), core.Switches{})
	s.Env.Orgs[0].Clients = []core.Client{{ID: "id", Secret: "right"}}
	post := "Content-Type: application/x-www-form-urlencoded"
	multipart := "--b\r\nContent-Disposition: form-data; name=\"client_secret\"\r\n\r\nright\r\n--b--\r\n"
	s.Run(t,
		servetest.Step{Call: "POST /token/v3", Body: form, Header: post, Status: 200,
			Want: `{"access_token":"*","token_type":"bearer","expires_in":3599}`, Save: "token=access_token"},
		servetest.Step{Call: "POST /token/v2?" + form, Status: 200, Want: `{"access_token":"*"}`},
		servetest.Step{Call: "POST /token/v1?grant_type=client_credentials&client_id=id&scope=x", Body: multipart,
			Header: "Content-Type: multipart/form-data; boundary=b", Status: 200},
		servetest.Step{Call: "POST /token/v3", Header: post, Status: 400, Want: `{"error":"invalid_request"}`},
		servetest.Step{Call: "POST /token/v3", Body: "grant_type=password", Header: post, Status: 400,
			Want: `{"error":"unsupported_grant_type"}`},
		servetest.Step{Call: "POST /token/v3", Body: "grant_type=client_credentials&client_id=id", Header: post, Status: 400,
			Want: `{"error":"invalid_client"}`},
		servetest.Step{Call: "POST /token/v3", Body: "grant_type=client_credentials&client_id=id&client_secret=right",
			Header: post, Status: 400, Want: `{"error":"invalid_scope"}`},
		servetest.Step{Call: "POST /token/v3", Body: "grant_type=client_credentials&client_id=id&client_secret=wrong&scope=x",
			Header: post, Status: 400, Want: `{"error":"invalid_client"}`},
		servetest.Step{Call: "GET /validate_token/v1?token={token}", Status: 200,
			Want: `{"valid":true,"token":{"client_id":"id"}}`},
		servetest.Step{Call: "POST /validate_token/v1?token=x.y.z", Status: 200, Want: `{"valid":false}`},
	)
	s.Env.Advance(time.Hour - time.Millisecond)
	s.Run(t, servetest.Step{Call: "GET /validate_token/v1", Header: "Authorization: Bearer {token}", Status: 200,
		Want: `{"valid":true}`})
	s.Env.Advance(time.Millisecond)
	s.Run(t, servetest.Step{Call: "GET /validate_token/v1?token={token}", Status: 200, Want: `{"valid":false}`})
}

func TestInvalidatedToken(t *testing.T) {
	s := servetest.New(core.IMSService, Routes(), core.Switches{})
	s.Run(t,
		servetest.Step{Call: "POST /token/v3?" + form, Status: 200, Save: "token=access_token"},
		servetest.Step{Call: "POST /invalidate_token/v2?token={token}", Status: 200},
		servetest.Step{Call: "GET /validate_token/v1?token={token}", Status: 200, Want: `{"valid":false}`},
	)
}
