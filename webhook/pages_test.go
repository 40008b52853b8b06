package webhook_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/webhook"
)

// shelf is a rig whose history has two runbooks and what the examples bring.
func shelf(t testing.TB) *rig {
	r := start(t, nil).withSeeds()
	check(t, r.engine.AddHistory(context.Background(), []engine.Incident{
		{
			ID: "team/PM 7?", Title: "Frobnicator hung after a deploy", ErrorType: "queue_backlog", Service: "search", Severity: engine.SeverityCritical,
			Symptom: "the frobnicator queue grows", Resolution: "Turn the frobnicator off and on", Historical: true, Status: engine.Resolved,
		},
	}, []engine.Runbook{{
		ID: "RB/frob #1", Title: "FrobnicatorHot", Service: "search", Mitigation: "Cool the **frobnicator**: `frobctl cool --now`",
		Text: "# FrobnicatorHot\n\nIt gets hot.\n\n## Diagnosis\n\nLook at `frobctl temp`, and at [the board](https://grafana.example/d/1).\n\n## Mitigation\n\n1. Drain the spindle\n2. Cool it:\n\n```\nfrobctl cool --now\n# not a heading\n```\n\n- one\n  goes on\n\n## Afterwards\n\nTell somebody.\n\n## See also\n\nNothing.\n",
	}}))
	return r
}

// form is a page's form with files, as a browser sends it.
func (r *rig) form(t testing.TB, files map[string]string) answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range []string{"a.md", "b.csv", "c.json", "d.jsonl", "e.exe", ""} {
		body, ok := files[name]
		if !ok {
			continue
		}
		part, err := w.CreateFormFile("files", name)
		check(t, err)
		_, err = part.Write([]byte(body))
		check(t, err)
	}
	check(t, w.Close())
	return r.send(r.request("POST", "/history", &b, "Content-Type: "+w.FormDataContentType(), "Accept: text/html"))
}

var tags = regexp.MustCompile(`<[^>]*>`)

// text is a page as one reads it.
func (a answer) text() string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(string(a.body), " "))), " ")
}

func (a answer) says(t testing.TB, want ...string) {
	t.Helper()
	text := a.text()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("the page lacks %q: %s", w, text)
		}
	}
}

func TestTheHistoryIsSearchedAndListed(t *testing.T) {
	r := shelf(t)
	found := func(query string) (ids []string) {
		page := string(r.do("GET", "/history?"+query, "").want(t, 200).body)
		for _, m := range regexp.MustCompile(`<span class="ref">([^<]*)</span>`).FindAllStringSubmatch(page, -1) {
			ids = append(ids, m[1])
		}
		return ids
	}
	for name, c := range map[string]struct {
		query string
		want  string
	}{
		"by words, the nearest first":        {"q=frobnicator+hung", "[team/PM 7? RB/frob #1]"},
		"runbooks alone":                     {"q=frobnicator&kind=runbook", "[RB/frob #1]"},
		"of a severity":                      {"q=frobnicator&severity=critical", "[team/PM 7?]"},
		"of another service: none":           {"q=frobnicator&service=checkout&kind=runbook", "[]"},
		"a list of what a service had":       {"service=search&kind=incident&error_type=queue_backlog", "[team/PM 7?]"},
		"a list of its runbooks":             {"service=search&kind=runbook&error_type=", "[RB/frob #1]"},
		"a state, with words that all occur": {"q=frobnicator+deploy&status=resolved", "[team/PM 7?]"},
		"nothing is open":                    {"status=open", "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fmt.Sprint(found(c.query)); got != c.want {
				t.Errorf("found %s, want %s", got, c.want)
			}
		})
	}
	t.Run("with score, words and where to read on", func(t *testing.T) {
		page := r.do("GET", "/history?q=frobnicator+spindle", "").want(t, 200)
		for _, want := range []string{`href="/r/RB%2Ffrob%20%231#s-mitigation"`, `<mark>Frobnicator</mark> hung`, `Words: <mark>`, `in “Mitigation”`, `<mark>frobnicator</mark>`, "score "} {
			if !strings.Contains(string(page.body), want) {
				t.Errorf("the page lacks %q: %s", want, page.body)
			}
		}
		r.do("GET", "/r/RB%2Ffrob%20%231", "").want(t, 200)
		r.do("GET", "/i/team%2FPM%207%3F", "").want(t, 200)
		r.do("GET", "/r/none", "").want(t, 404)
	})
	t.Run("what has a slash in its id is read from every list and page that names it", func(t *testing.T) {
		r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
		id := r.live(t, "checkout")
		r.do("POST", "/api/v1/incidents/"+id+"/resolve", `{"reason":"duplicate","duplicate_of":"team/PM 7?"}`).want(t, 200)
		for _, path := range []string{"/?view=all", "/?q=frobnicator", "/i/" + id} {
			if page := r.do("GET", path, "").want(t, 200); !strings.Contains(string(page.body), `<a href="/i/team%2FPM%207%3F">`) {
				t.Errorf("%s leads elsewhere: %s", path, page.body)
			}
		}
	})
	t.Run("page by page", func(t *testing.T) {
		var many []engine.Incident
		for n := range 40 {
			many = append(many, engine.Incident{ID: fmt.Sprintf("MANY-%02d", n), Title: "Many", Service: "many", Historical: true, Status: engine.Resolved, StartedAt: time.Date(2024, 1, 1+n, 0, 0, 0, 0, time.UTC)})
		}
		check(t, r.engine.AddHistory(t.Context(), many, nil))
		page := string(r.do("GET", "/history?service=many", "").want(t, 200).body)
		next := regexp.MustCompile(`<a href="(/history\?[^"]*)">Older incidents`).FindStringSubmatch(page)
		if next == nil || strings.Count(page, `class="ref"`) != 25 {
			t.Fatalf("no next page: %s", page)
		}
		older := string(r.do("GET", strings.ReplaceAll(next[1], "&amp;", "&"), "").want(t, 200).body)
		if strings.Count(older, `class="ref"`) != 15 || !strings.Contains(older, "MANY-00") || strings.Contains(older, "Older incidents") {
			t.Errorf("the next page: %s", older)
		}
	})
	t.Run("what nobody understands is told", func(t *testing.T) {
		r.do("GET", "/history?severity=worst", "").want(t, 200).says(t, "Severity worst is unknown; there are critical, high")
		r.do("GET", "/history?kind=incident&after=noise", "").want(t, 200).says(t, "cursor")
	})
}

func TestARunbookIsReadAsItsMarkdownMeans(t *testing.T) {
	r := start(t, func(c *webhook.Config) { c.LinkHosts = []string{"grafana.example"} })
	long := "# Long\n\n" + strings.Repeat("It goes on. ", 200_000)
	text := "Hot\n===\n\n## Look\n\nAt `temp` of **the spindle**\nand [the board](https://grafana.example/d/1), not [there](https://evil.example/x).\n\n" +
		"1. Drain\n2. Cool\n   it\n\n* one\n* two\n\n```sh\n# no heading\n- no list\n```\n\n~~~\nopen `to the end\n## Look"
	check(t, r.engine.AddHistory(t.Context(), nil, []engine.Runbook{{ID: "A", Title: "Hot", Text: text}, {ID: "B", Title: "Long", Text: long}}))
	page := string(r.do("GET", "/r/A", "").want(t, 200).body)
	for _, want := range []string{
		`<h2 id="s-look" dir="auto">Look</h2>`, "At <code>temp</code> of <strong>the spindle</strong>\nand ", `<a href="https://grafana.example/d/1" rel="noreferrer noopener" target="_blank">the board</a>`,
		"not there (hxxps://evil[.]example/x).", "<ol dir=\"auto\"><li>Drain</li><li>Cool\nit</li></ol>", `<ul dir="auto"><li>one</li><li>two</li></ul>`,
		"<code># no heading\n- no list</code>", "<code>open `to the end\n## Look</code>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page[strings.Index(page, "<article"):])
		}
	}
	if body := r.do("GET", "/r/B", "").want(t, 200).body; len(body) > 2<<20 {
		t.Errorf("a long one makes a page of %d bytes", len(body))
	}
}

func TestFilesOfAFormGoIntoTheHistory(t *testing.T) {
	r := start(t, nil)
	files := map[string]string{
		"a.md":    "---\nkind: incident\n---\n# The zorbinator hung\n\n## Resolution\n\nKick it.\n",
		"b.csv":   "kind,id,title\nincident,CSV-1,Zorbinator slow\nincident,CSV-2,\n",
		"c.json":  `[{"kind":"runbook","id":"J-1","title":"ZorbinatorHot","text":"Cool it."}]`,
		"d.jsonl": `{"kind":"incident","id":"L-1","title":"Zorbinator lost"}` + "\nnope\n",
		"e.exe":   "MZ",
	}
	r.form(t, files).want(t, 200).says(t, "a.md 1 added", "b.csv 1 added, 1 bad", "3 title: missing", "c.json 1 added", "d.jsonl 1 added, 1 bad", "2 not JSON", "e.exe: not a kind of file that can be imported")
	r.form(t, files).want(t, 200).says(t, "a.md 1 unchanged")
	r.do("GET", "/history?q=zorbinator", "").want(t, 200).says(t, "4 found", "CSV-1", "L-1", "J-1")
	for name, files := range map[string]map[string]string{"an empty field": {"": ""}, "no field": {}} {
		t.Run(name, func(t *testing.T) {
			got := r.form(t, files)
			if got.status != 422 {
				t.Errorf("status %d", got.status)
			}
			got.says(t, "No file was chosen.")
		})
	}
	t.Run("what is no form", func(t *testing.T) {
		if got := r.do("POST", "/history", "x", "Accept: text/html"); got.status != 422 || !strings.Contains(got.text(), "did not come as a form sends them") {
			t.Errorf("%d %s", got.status, got.text())
		}
	})
	t.Run("more than fits", func(t *testing.T) {
		got := r.form(t, map[string]string{"d.jsonl": strings.Repeat(" ", 65<<20)})
		if got.status != 413 || !strings.Contains(got.text(), "64 MiB") {
			t.Errorf("%d %.300s", got.status, got.text())
		}
	})
	t.Run("from another site", func(t *testing.T) {
		r.do("POST", "/history", "x", "Sec-Fetch-Site: cross-site").want(t, 403)
		r.do("POST", "/ask", "description=x", "Sec-Fetch-Site: cross-site").want(t, 403)
	})
	t.Run("while the store is away", func(t *testing.T) {
		r.away.away.Store(true)
		defer r.away.away.Store(false)
		if got := r.form(t, map[string]string{"a.md": files["a.md"] + "more"}); got.status != 503 {
			t.Errorf("status %d", got.status)
		}
	})
}

func TestAnImportTakesAFileByItsName(t *testing.T) {
	r := start(t, nil)
	put := func(name, body string) answer {
		return r.do("POST", "/api/v1/import?file="+url.QueryEscape(name), body)
	}
	if got := put("runbooks/net/Flap.md", "# Flap\n\nUnplug it.\n").want(t, 200); got.field(t, "runbooks") != 1.0 {
		t.Errorf("a folder's name says nothing: %s", got.body)
	}
	r.do("GET", "/r/net:Flap", "").want(t, 200).says(t, "Unplug it.")
	if got := put("/a/../../runbooks/net/Flap.md", "# Flap\n\nUnplug it.\n").want(t, 200); got.field(t, "unchanged") != 1.0 {
		t.Errorf("a way around changes what it is: %s", got.body)
	}
	if got := put("x.csv", "kind;id;title\nincident;S-1;Semicolons\nincident;;\n").want(t, 200); got.field(t, "added") != 1.0 || got.field(t, "bad_count") != 1.0 {
		t.Errorf("%s", got.body)
	}
	put("x.exe", "MZ").want(t, 422).names(t, "x.exe: not a kind of file")
}

func TestTrustIsHonestAboutLittle(t *testing.T) {
	t.Run("examples are nothing", func(t *testing.T) {
		r := start(t, nil).withSeeds()
		d, err := r.engine.Analyze(t.Context(), engine.Question{ErrorType: "database_timeout"})
		check(t, err)
		_, err = r.engine.Review(t.Context(), d.ID, engine.Review{Verdict: engine.Approve, Actor: "ada"})
		check(t, err)
		page := r.do("GET", "/trust", "").want(t, 200)
		page.says(t, "No outcomes yet: the confidence is a rule of thumb", "No verdicts yet.", "No decisions yet.", "No resolved incidents yet.", "No alert fired in the last 30 days.")
		if strings.Contains(string(page.body), `class="plot"`) {
			t.Error("something is drawn of nothing")
		}
	})
	t.Run("a few are too few to draw", func(t *testing.T) {
		r := start(t, nil)
		check(t, r.engine.AddHistory(t.Context(), []engine.Incident{{ID: "OWN-1", Title: "Disk full", ErrorType: "disk_full", Spike: new(100.), Resolution: "Clean up"}}, nil))
		for range 3 {
			d, err := r.engine.Analyze(t.Context(), engine.Question{ErrorType: "disk_full", Spike: new(100.)})
			check(t, err)
			_, err = r.engine.Review(t.Context(), d.ID, engine.Review{Verdict: engine.Approve, Actor: "ada"})
			check(t, err)
			_, err = r.engine.ReportOutcome(t.Context(), d.ID, engine.Outcome{Outcome: engine.Worked, Actor: "ada"})
			check(t, err)
		}
		page := r.do("GET", "/trust", "").want(t, 200)
		page.says(t, "3 outcomes: too few to draw.", "3 verdicts: too few to draw.", "3 judged matches: too few to draw.", "Had advice, 12 weeks 100%", "Right, of judged matches 3 of 3")
		if strings.Contains(string(page.body), `class="plot"`) || strings.Contains(string(page.body), "<figure><svg") {
			t.Error("three are drawn")
		}
	})
	t.Run("enough are drawn, and stand in a table", func(t *testing.T) {
		r := start(t, nil)
		r.judged(t)
		page := r.do("GET", "/trust", "").want(t, 200)
		page.says(t, "Right in 18 of 24 judged matches.", "18 6 75%")
		if n := strings.Count(string(page.body), `class="plot"`); n != 2 {
			t.Errorf("%d drawings; verdicts and coverage can be drawn", n)
		}
	})
}

func TestAskDecidesAndLeadsToTheAnswersAddress(t *testing.T) {
	r := start(t, nil).withSeeds()
	ask := func(fields string) answer {
		return r.do("POST", "/ask", fields, "Content-Type: application/x-www-form-urlencoded", "Accept: text/html")
	}
	got := ask("description=database+timeouts+on+checkout%2C+p99+up+450%25&error_type=database_timeout")
	where := got.header.Get("Location")
	if got.status != 303 || !strings.HasPrefix(where, "/d/dec_") {
		t.Fatalf("%d to %q", got.status, where)
	}
	page := r.do("GET", where, "").want(t, 200)
	page.says(t, "Looks like INC-2025-001", "EXAMPLE, not your systems", "Throttle connections to 30%", "95%", "+450%", r.url+where)
	if !strings.Contains(string(page.body), `value="database_timeout"`) {
		t.Error("the form does not begin with what was asked")
	}
	t.Run("an incident's decision names it", func(t *testing.T) {
		r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
		var d engine.Decision
		eventually(t, "a decision", func() bool {
			p, err := r.engine.Decisions(t.Context(), engine.DecisionFilter{}, "", 1)
			check(t, err)
			d = p.Items[0]
			return d.IncidentID != nil
		})
		r.do("GET", "/d/"+d.ID, "").want(t, 200).says(t, "Advice on "+*d.IncidentID, "Checkout times out")
	})
	for name, c := range map[string]struct{ fields, says string }{
		"nothing is asked":      {"description=+", "Nothing to analyze: give error_type or description."},
		"a rise that is none":   {"description=x&spike=much", `"much" is not a percentage; write a number such as 450.`},
		"a key without a value": {"description=service%3D", "service= has no value"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ask(c.fields)
			if got.status != 422 || !strings.Contains(got.text(), c.says) || !strings.Contains(string(got.body), `aria-invalid`) {
				t.Errorf("%d %s", got.status, got.text())
			}
		})
	}
	r.do("GET", "/d/dec_none", "").want(t, 404)
	if page := r.do("GET", "/ask?description=from+a+link&spike=12", "").want(t, 200); !strings.Contains(string(page.body), ">from a link</textarea>") || !strings.Contains(string(page.body), `value="12"`) {
		t.Error("an address does not fill the form")
	}
}

func TestEvidenceShowsTheWordsThatItShares(t *testing.T) {
	r := start(t, nil).withSeeds()
	d, err := r.engine.Analyze(t.Context(), engine.Question{Text: "checkout timed out, sessions queued for a stock row"})
	check(t, err)
	page := r.do("GET", "/d/"+d.ID, "").want(t, 200)
	if !strings.Contains(string(page.body), "<mark>sessions</mark>") {
		t.Errorf("no word is marked: %s", page.body)
	}
}
