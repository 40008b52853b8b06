package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"ragoffire/engine"
	sources "ragoffire/webhook/source"
)

// longestTry is the largest file that is read; no sender's body is as large.
const longestTry = 32 << 20

// tried is what a body would become.
type tried struct {
	Source       string          `json:"source"`
	Kind         string          `json:"kind"`
	Alerts       []engine.Alert  `json:"alerts"`
	Changes      []engine.Change `json:"changes,omitempty"`
	Heartbeats   []string        `json:"heartbeats,omitempty"` // by name
	Notes        []string        `json:"notes,omitempty"`      // what they say
	Bad          []string        `json:"bad,omitempty"`
	Truncated    int             `json:"truncated,omitempty"` // that the sender has left out
	ExpiresAfter string          `json:"expires_after,omitempty"`
}

// testSource reads a file as a source would, and stores nothing.
func testSource(name, path string, getenv func(string) string, std streams, asJSON bool) error {
	cfg, err := readConfig(getenv)
	if err != nil {
		return err
	}
	s, err := reading(name, cfg.file.sources, sources.Kinds())
	if err != nil {
		return err
	}
	in, err := readTry(path, std.in)
	if err != nil {
		return err
	}
	in.Source = name
	if len(in.Body) > bodyLimit {
		return fmt.Errorf("%s: a body larger than 1 MiB; no source takes that", path)
	}
	p, err := s.parse(in)
	if err != nil {
		return fmt.Errorf("%s: %s", path, said(err))
	}
	out := tried{Source: name, Kind: s.kind, Alerts: p.Delivery.Alerts, Changes: p.Delivery.Changes, Truncated: p.Delivery.Truncated}
	if d := cmp.Or(s.expire, p.Delivery.Expire); d > 0 {
		out.ExpiresAfter = engine.Length(d)
	}
	for _, b := range p.Delivery.Beats {
		out.Heartbeats = append(out.Heartbeats, b.Name)
	}
	for _, r := range p.Delivery.Remarks {
		out.Notes = append(out.Notes, r.Text)
	}
	for _, err := range p.Bad {
		out.Bad = append(out.Bad, said(err))
	}
	if asJSON {
		if out.Alerts == nil {
			out.Alerts = []engine.Alert{}
		}
		return json.NewEncoder(std.out).Encode(out)
	}
	return printTry(std.out, out)
}

// said is what an error says to people, without its kind.
func said(err error) string {
	if e, ok := errors.AsType[*engine.Error](err); ok {
		return e.Text
	}
	return err.Error()
}

// readTry reads a body, or a whole request with the headers that some senders
// say things in.
func readTry(path string, stdin io.Reader) (sources.Input, error) {
	from := stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return sources.Input{}, err
		}
		defer func() { _ = f.Close() }()
		from = f
	}
	b, err := io.ReadAll(io.LimitReader(from, longestTry))
	if err != nil || !bytes.HasPrefix(b, []byte("POST ")) {
		return sources.Input{Body: b}, err
	}
	r := bufio.NewReader(bytes.NewReader(b))
	req, err := http.ReadRequest(r)
	if err != nil {
		return sources.Input{}, fmt.Errorf("%s begins as a request and is none: %w", path, err)
	}
	// What follows the headers is the body, whatever they say of its length.
	body, err := io.ReadAll(r)
	return sources.Input{Body: body, Header: req.Header}, err
}

// printTry prints a delivery as a person checks it: field by field, what is not
// there left out.
func printTry(w io.Writer, t tried) error {
	p := printer{w: w, color: colored(w)}
	for n := range t.Alerts {
		p.alert(&t.Alerts[n], t.ExpiresAfter)
	}
	for _, c := range t.Changes {
		p.title("change: " + cmp.Or(c.Title, c.Kind+" "+c.Service))
		p.line("Kind", c.Kind)
		p.line("Service", c.Service)
		p.line("Environment", c.Environment)
		p.line("Ref", c.Ref)
		p.line("Actor", c.Actor)
		p.line("At", stamp(c.At))
		p.line("Link", c.URL)
	}
	for _, name := range t.Heartbeats {
		p.title("heartbeat: " + name)
	}
	for _, text := range t.Notes {
		p.title("note: " + text)
	}
	p.bad(t.Bad)
	if t.Truncated > 0 {
		p.title(counted(t.Truncated, "more alert") + " left out by the sender; raise its max_alerts")
	}
	if len(t.Alerts)+len(t.Changes)+len(t.Heartbeats)+len(t.Notes)+len(t.Bad) == 0 {
		p.print("No alert: this delivery is accepted and changes nothing.\n")
	}
	return p.err
}

// bad prints what is wrong with the alerts that could not be read.
func (p *printer) bad(why []string) {
	if len(why) > 0 {
		p.title(counted(len(why), "alert") + " could not be read")
	}
	for _, w := range why {
		p.line("", w)
	}
}

func (p *printer) alert(a *engine.Alert, expires string) {
	p.title("alert: " + a.Summary())
	p.line("Status", string(a.Status))
	severity := string(a.Severity)
	if a.SeverityRaw != "" && !strings.EqualFold(a.SeverityRaw, severity) {
		severity += " (sent as " + a.SeverityRaw + ")"
	}
	p.line("Severity", severity)
	p.line("Service", a.Service)
	p.line("Environment", a.Environment)
	p.line("Component", a.Component)
	p.line("Rule", a.Name)
	p.line("Error type", a.ErrorType)
	p.line("Description", a.Description)
	p.line("Value", measured(a))
	if a.Spike != nil {
		p.line("Spike", number(a.Spike)+" % against the baseline")
	}
	p.line("Began", cmp.Or(stamp(a.StartedAt), "when it is received, or as known"))
	if a.EndedAt != nil {
		p.line("Ended", stamp(*a.EndedAt))
	}
	if expires != "" {
		p.line("Expires", expires+" after its last notice")
	}
	p.line("Series", cmp.Or(a.Fingerprint, "none sent: told by type or title, service and labels; expires by itself"))
	p.line("Group", a.GroupKey)
	p.line("Reason", a.Reason)
	p.line("Sender's id", a.ExternalID)
	for n, k := range slices.Sorted(maps.Keys(a.Labels)) {
		label := ""
		if n == 0 {
			label = "Labels"
		}
		p.line(label, k+"="+a.Labels[k])
	}
	for _, l := range a.Links {
		p.line("Link", l.Rel+" "+l.URL)
	}
}

// measured is a value with its limit: 12.5 % (gt 5).
func measured(a *engine.Alert) string {
	text := strings.TrimSpace(number(a.Value) + " " + a.Unit)
	if a.Value == nil {
		text = ""
	}
	if a.Threshold != nil {
		text = strings.TrimSpace(text + " (limit " + strings.TrimSpace(a.Comparator+" "+number(a.Threshold)) + ")")
	}
	return text
}

func number(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
