package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"ragoffire/engine"
	"ragoffire/webhook"
)

// mark stands in each of the payloads, so that what came of it is found.
const mark = "xhax"

// payloads are texts that try to be more, each by another way out.
func payloads() []string {
	out := []string{
		`<script>` + mark + `</script>`, `<img src=` + mark + ` onerror=` + mark + `>`, `"><svg onload=` + mark + `>`, `' onfocus=` + mark + ` x='`,
		`javascript:` + mark + `//`, `</title><b>` + mark, `</textarea><b>` + mark, `--><b>` + mark, `</script><b>` + mark, `<base href=//` + mark + `>`,
		`{{` + mark + `}}`, `https://evil.example/` + mark, `data:text/html,` + mark, `//evil.example/` + mark, "`${" + mark + "}`", `\"><b>` + mark, `&quot;&gt;&lt;b&gt;` + mark,
	}
	return append(out, strings.Repeat("<b>"+mark, 50))
}

// stuffer puts payloads into every text of a value.
type stuffer struct{ n int }

func (s *stuffer) next() string {
	s.n++
	list := payloads()
	return list[s.n%len(list)]
}

func (s *stuffer) stuff(v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Now().UTC().Add(-time.Minute)
		return
	case *json.RawMessage:
		b, _ := json.Marshal(map[string]string{s.next(): s.next()})
		*p = b
		return
	}
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() { // the others are words of ours
			v.SetString(s.next())
		}
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		s.stuff(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for n := range 3 {
			s.stuff(v.Index(n))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 3 {
			value := reflect.New(v.Type().Elem()).Elem()
			s.stuff(value)
			key := reflect.New(v.Type().Key()).Elem()
			s.stuff(key)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				s.stuff(v.Field(i))
			}
		}
	}
}

func stuffed[T any](n int) T {
	var v T
	s := stuffer{n: n}
	s.stuff(reflect.ValueOf(&v).Elem())
	return v
}

// besiege fills a store with payloads in every text of every object, and returns
// the ids of its incidents.
func (r *rig) besiege() []string {
	r.t.Helper()
	ctx := context.Background()
	var ids []string
	check(r.t, r.away.Store.Update(ctx, func(tx engine.Tx) error {
		ids = nil
		var errs []error
		put := func(err error) { errs = append(errs, err) }
		for n, p := range payloads() {
			live := stuffed[engine.Incident](n)
			live.ID, live.Status, live.Severity, live.Historical, live.Muted = fmt.Sprintf("INC-2026-%04d", n), engine.Open, engine.SeverityHigh, false, nil
			live.ResolvedAt, live.AcknowledgedAt, live.MergedInto, live.ClearedAt = nil, nil, "", nil
			past := stuffed[engine.Incident](n + 1)
			past.ID, past.Historical, past.Status = "OLD "+p, true, engine.Resolved // an import may name it so
			ids = append(ids, live.ID, past.ID)
			put(tx.PutIncidents(ctx, []engine.Incident{live, past}))
			alert := stuffed[engine.Alert](n + 2)
			alert.IncidentID, alert.Status, alert.Severity = live.ID, engine.Firing, engine.SeverityHigh
			alert.ID = fmt.Sprint("alert", n)
			put(tx.PutAlerts(ctx, []engine.Alert{alert}))
			for k := range 3 { // proposed, approved, rejected
				d := stuffed[engine.Decision](n + 3 + k)
				d.ID, d.IncidentID, d.Status = fmt.Sprintf("dec_%d%d", n, k), &live.ID, engine.Proposed
				for at := range d.Evidence {
					d.Evidence[at].Kind, d.Evidence[at].Stance = []string{"incident", "runbook", "decision"}[at], []engine.Stance{"", "for", "against"}[at]
				}
				put(tx.PutDecisions(ctx, []engine.Decision{d}))
				if k > 0 {
					review := stuffed[engine.Review](n + 4)
					review.DecisionID, review.Verdict = d.ID, []engine.Verdict{engine.Approve, engine.Reject}[k-1]
					put(tx.AddReview(ctx, review))
				}
			}
			for k, kind := range []string{"note", "declared", "update", p} {
				entry := stuffed[engine.Entry](n + k)
				entry.ID, entry.IncidentID, entry.Kind = fmt.Sprintf("e%d%d", n, k), live.ID, kind
				put(tx.Note(ctx, entry))
			}
			book := stuffed[engine.Runbook](n + 5)
			part, trouble, change, event := stuffed[engine.Quarantined](n+6), stuffed[engine.Trouble](n+7), stuffed[engine.Change](n+8), stuffed[engine.Event](n+9)
			event.Type = engine.EventAnomaly
			put(tx.PutRunbooks(ctx, []engine.Runbook{book}))
			put(tx.PutQuarantined(ctx, []engine.Quarantined{part}))
			put(tx.PutTroubles(ctx, []engine.Trouble{trouble}))
			put(tx.PutChanges(ctx, []engine.Change{change}))
			put(tx.Emit(ctx, event))
			account := stuffed[engine.Account](n + 10)
			put(tx.AddAccounts(ctx, []engine.Account{account}))
		}
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return ids
}

// isText fails where a payload became anything else on a page than text.
func isText(t *testing.T, what string, page []byte) (found int) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	check(t, err)
	quoted := []string{"title", "value", "aria-label", "alt", "placeholder", "id", "class", "datetime", "content"}
	leads := []string{"href", "src", "action", "formaction", "xlink:href", "data", "srcdoc", "style"}
	for n := range doc.Descendants() {
		switch n.Type {
		case html.TextNode:
			if strings.Contains(n.Data, mark) {
				found++
				if n.Parent.Data == "script" || n.Parent.Data == "style" {
					t.Errorf("%s: text in a %s: %.200s", what, n.Parent.Data, n.Data)
				}
			}
		case html.CommentNode, html.DoctypeNode:
			if strings.Contains(n.Data, mark) {
				t.Errorf("%s: text in a comment: %.200s", what, n.Data)
			}
		case html.ElementNode:
			if slices.Contains([]string{"img", "iframe", "base", "object", "embed", "style"}, n.Data) || strings.Contains(n.Data, mark) {
				t.Errorf("%s: an element %s", what, n.Data)
			}
			for _, a := range n.Attr {
				value := strings.ToLower(strings.TrimSpace(a.Val))
				switch {
				case strings.HasPrefix(a.Key, "on"), strings.Contains(a.Key, mark), slices.Contains(leads, a.Key) && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:")):
					t.Errorf("%s: <%s %s=%.100q>", what, n.Data, a.Key, a.Val)
				case !strings.Contains(value, mark) || slices.Contains(quoted, a.Key) || strings.HasPrefix(a.Key, "data-"):
				case (a.Key == "href" || a.Key == "action") && (strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "//") || strings.HasPrefix(value, "#") || strings.HasPrefix(value, "?")):
				default:
					t.Errorf("%s: <%s %s=%.100q>", what, n.Data, a.Key, a.Val)
				}
			}
		}
	}
	return found
}

func TestHostileTextStaysTextInEveryField(t *testing.T) {
	i := newIssuer(t)
	r := start(t, func(c *webhook.Config) {
		i.config(webhook.People{Default: "admin"})(c)
		c.Token = secret
		c.LinkHosts = []string{"runbooks.example.com"}
	})
	ids := r.besiege()
	// A person may be called so, too, and a team may call its groups so.
	i.is(map[string]any{"sub": payloads()[1], "name": payloads()[2], "groups": payloads()})
	p := r.person()
	if resp, page := p.signsIn("/?q="+payloads()[2], nil); resp.StatusCode != 200 || isText(t, "welcome", []byte(page)) == 0 {
		t.Errorf("%d %s", resp.StatusCode, page)
	}
	found := 0
	look := func(address string) {
		t.Helper()
		got := r.do("GET", address, "", "Authorization: ", p.session(), "Accept: text/html")
		if got.status >= 500 {
			t.Errorf("%s = %d", address, got.status)
		}
		if kind := got.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
			t.Fatalf("%s is %s", address, kind)
		}
		found += isText(t, address, got.body)
	}
	look("/")
	for _, address := range []string{"/?view=all", "/history", "/history?kind=runbook", "/history?kind=incident", "/history?q=" + mark, "/trust", "/ask", "/d/dec_00"} {
		look(address)
	}
	for _, s := range payloads() {
		q := url.QueryEscape(s)
		look("/?q=" + q)
		look("/history?q=" + q + "&service=" + q + "&error_type=" + q + "&severity=" + q + "&status=" + q + "&kind=" + q)
		look("/ask?q=" + q)
		look("/d/" + url.PathEscape(s))
		look("/r/" + url.PathEscape(s))
		look("/i/" + url.PathEscape(s))
		look("/" + url.PathEscape(s))
		for _, address := range []string{"/login?next=" + q, "/login/callback?state=x&error=" + q} {
			got := r.do("GET", address, "", "Authorization: ", "Accept: text/html")
			isText(t, address, got.body)
		}
	}
	for _, id := range ids {
		look("/i/" + url.PathEscape(id))
	}
	if found < 1000 {
		t.Errorf("only %d texts were seen: the pages show less than they should", found)
	}

	t.Run("and in the API, which is JSON and nothing else", func(t *testing.T) {
		for _, address := range []string{
			"/api/v1/incidents?limit=200", "/api/v1/incidents/INC-2026-0003", "/api/v1/decisions?limit=200", "/api/v1/decisions/dec_00", "/api/v1/search?q=" + mark,
			"/api/v1/stats", "/api/v1/events?after=0", "/api/v1/export", "/api/v1/incidents/" + url.PathEscape(ids[1]), "/api/v1/incidents/INC-2026-0003/postmortem",
			"/api/v1/incidents/" + url.PathEscape(payloads()[1]), "/api/v1/incidents?status=" + url.QueryEscape(payloads()[1]), "/webhooks/" + url.PathEscape(payloads()[1]),
		} {
			got := r.do("GET", address, "", "Accept: text/html")
			if kind := got.header.Get("Content-Type"); strings.HasPrefix(kind, "text/html") || kind == "" || got.header.Get("X-Content-Type-Options") != "nosniff" || got.status >= 500 {
				t.Errorf("%s = %d, %s", address, got.status, kind)
			}
			if strings.HasPrefix(got.header.Get("Content-Type"), "application/json") && !json.Valid(got.body) {
				t.Errorf("%s is no JSON: %.300s", address, got.body)
			}
		}
	})
}
