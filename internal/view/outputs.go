package view

import (
	"io"

	"github.com/aepflow/aepflow/internal/resource"
)

// Outputs are what the senders of one stream need to know after an apply.
type Outputs struct {
	Address   resource.Address
	InletURL  string // the address that takes data
	FlowID    string // which senders name, with HTTP API
	WasFlowID string // the one that they have named until now, "" for none
	Problem   error  // why the outputs are not known
}

// WriteOutputs writes what the senders of streams need to know; nothing for no stream. Fresh says that an apply has
// just made them.
func WriteOutputs(w io.Writer, list []Outputs, fresh bool, o Options) error {
	c := newCanvas(o)
	for i, out := range list {
		if i == 0 {
			c.line()
			head := ":"
			if fresh {
				head = ", which the platform may take 5 minutes to serve:"
			}
			c.line(c.paint(bold, "For the senders of streams"), head)
		}
		c.line("  ", c.paint(bold, out.Address.String()))
		if out.Problem != nil {
			again := "state show " + out.Address.String()
			if out.Address.Kind == resource.Flow {
				again = "status " + out.Address.Name
			}
			c.wrapped(yellow, "    ", "not read: "+out.Problem.Error()+"; `aepflow "+again+" --outputs` tries again")
		}
		if out.InletURL != "" {
			c.line("    inletUrl  ", c.paint(plain, out.InletURL))
		}
		if out.FlowID != "" {
			c.line("    flowId    ", c.paint(plain, out.FlowID))
		}
		if out.WasFlowID != "" {
			c.wrapped(yellow, "    ", "senders must use it instead of "+out.WasFlowID)
		}
	}
	return flush(w, c)
}
