package enginetest

import (
	"context"
	"errors"
	"strings"

	"ragoffire/engine"
)

// The ways in which a model can be of no use.
const (
	Refuses  = "refuses" // an error at once
	Hangs    = "hangs"   // no answer before the caller's time is up
	Babbles  = "babbles" // words that the evidence does not bear
	Garbles  = "garbles" // what no text should have in it
	NoFaults = ""
)

// Writer is a model that says again what it was told, which is always true, and
// is of no use once.
type Writer struct {
	Fault  string
	Faults *Faults
}

// Model implements engine.Writer.
func (w *Writer) Model() string { return "echo" }

// Write implements engine.Writer.
func (w *Writer) Write(ctx context.Context, b engine.Brief) (engine.Draft, error) {
	if w.Faults.strikes(ctx, "Write") {
		switch w.Fault {
		case Refuses:
			return engine.Draft{}, errors.New("the model refuses")
		case Hangs:
			<-ctx.Done()
			return engine.Draft{}, ctx.Err()
		case Babbles:
			return engine.Draft{Summary: "Restart 99 servers of INC-1999-001 with `rm -rf /`."}, nil
		case Garbles:
			return engine.Draft{Summary: "<!channel> \x00\xff <https://evil.example|here>", Cites: []string{"", "\x00"}}, nil
		}
	}
	d := engine.Draft{Action: b.Action}
	for _, e := range b.Evidence {
		d.Cites = append(d.Cites, e.ID)
	}
	d.Summary, _, _ = strings.Cut(b.Action, ".")
	return d, nil
}
