package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ragoffire/engine"
	"ragoffire/webhook/browsertest"
)

// months gives the store three months of its own: incidents, verdicts, outcomes,
// and rules that wake people for nothing.
func (r *rig) months(t testing.TB) {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Second)
	var incidents []engine.Incident
	var decided []engine.Decision
	action := "Throttle connections to 30%"
	for n := range 60 {
		began := now.Add(-time.Duration(60-n) * 33 * time.Hour)
		acked, ended := began.Add(time.Duration(2+n%7)*time.Minute), began.Add(time.Duration(20+(n*37)%90)*time.Minute)
		i := engine.Incident{
			ID: fmt.Sprintf("INC-2026-%04d", 100+n), Title: "Checkout times out", Status: engine.Resolved, Severity: engine.SeverityHigh, Service: "checkout",
			Source: []string{"alertmanager", "grafana"}[n%2], Rule: []string{"CheckoutSlow", "QueueGrows", "PodRestarts", "DiskFillsUp"}[n%4],
			StartedAt: began, ResolvedAt: &ended, AcknowledgedAt: &acked, Reason: engine.ReasonFixed, Resolution: action, ResolvedBy: "ann",
		}
		if n%4 == 2 {
			i.AcknowledgedAt, i.ResolvedBy, i.Reason, i.Resolution = nil, "", "", ""
		}
		incidents = append(incidents, i)
		d := engine.Decision{ID: fmt.Sprintf("dec_%03d", n), IncidentID: &incidents[n].ID, CreatedAt: began.Add(time.Second), Status: engine.Approved, RecommendedAction: &action, MatchedIncident: &incidents[0].ID, Symptom: "slow", Confidence: engine.Confidence{Score: .9, Raw: .9}, ConfidenceScore: .9}
		switch {
		case n%7 == 5:
			d.Status = engine.Rejected
		case n%5 == 4:
			d.Status, d.Abstained, d.RecommendedAction, d.MatchedIncident = engine.Proposed, true, nil, nil
		case n%6 == 3:
			d.Outcome = &engine.Outcome{Outcome: engine.Failed, Actor: "ann", At: ended}
		default:
			d.Outcome = &engine.Outcome{Outcome: engine.Worked, Actor: "ann", At: ended}
		}
		decided = append(decided, d)
	}
	check(t, r.away.Store.Update(context.Background(), func(tx engine.Tx) error {
		if err := tx.PutIncidents(context.Background(), incidents); err != nil {
			return err
		}
		if err := tx.PutDecisions(context.Background(), decided); err != nil {
			return err
		}
		for n := range decided {
			if !decided[n].Abstained {
				v := engine.Review{DecisionID: decided[n].ID, Verdict: engine.Approve, Actor: "ann", At: decided[n].CreatedAt.Add(time.Minute)}
				if decided[n].Status == engine.Rejected {
					v.Verdict = engine.Reject
				}
				if err := tx.AddReview(context.Background(), v); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

func TestThePagesAreForEverybody(t *testing.T) {
	r := shelf(t)
	r.months(t)
	d, err := r.engine.Analyze(t.Context(), engine.Question{Text: "checkout timed out, sessions queued for a stock row", Service: "checkout", ErrorType: "database_timeout", Spike: new(450.)})
	check(t, err)
	b := browsertest.New(t, r.url)
	for _, size := range [][2]int64{{1280, 800}, {390, 844}, {320, 700}} {
		b.Size(size[0], size[1])
		for _, scheme := range []string{"light", "dark"} {
			b.Dress(scheme)
			for name, path := range map[string]string{
				"history": "/history", "found": "/history?q=frobnicator+queue+drain+the+spindle", "runbook": "/r/RB%2Ffrob%20%231",
				"trust": "/trust", "ask": "/ask", "answer": "/d/" + d.ID,
			} {
				what := fmt.Sprint(name, "-", size[0], "-", scheme)
				b.Open(r.url + path)
				b.Sees("that it is set up", `document.documentElement.classList.contains('js')`)
				b.Whole(what)
				b.Run(chromedp.Evaluate(`document.querySelectorAll('details').forEach(d => d.open = true)`, nil))
				if w := browsertest.JS[int64](b, `document.documentElement.scrollWidth`); w > size[0] {
					t.Errorf("%s is %d wide", what, w)
				}
				b.Axe(what)
			}
		}
	}
	b.Quiet()
}

// give puts files into a field, as a person who chooses them.
func give(t *testing.T, b *browsertest.Browser, selector string, files map[string]string) {
	t.Helper()
	dir, paths := t.TempDir(), []string{}
	for name, body := range files {
		path := filepath.Join(dir, name)
		check(t, os.WriteFile(path, []byte(body), 0o600))
		paths = append(paths, path)
	}
	b.Run(chromedp.QueryAfter(selector, func(ctx context.Context, _ runtime.ExecutionContextID, nodes ...*cdp.Node) error {
		return dom.SetFileInputFiles(paths).WithNodeID(nodes[0].NodeID).Do(ctx)
	}, chromedp.ByQuery))
}

func TestFilesAreChosenDroppedAndReported(t *testing.T) {
	r := start(t, nil)
	b := browsertest.New(t, r.url)
	b.Open(r.url + "/history")
	b.Sees("that it is set up", `document.documentElement.classList.contains('js')`)
	give(t, b, "#drop input[type=file]", map[string]string{"zorb.csv": "kind,id,title\nincident,Z-1,The zorbinator hung\nincident,Z-2,\n"})
	b.Sees("what went in", `document.querySelector('#files .is-bad')?.innerText.includes('1 added, 1 bad')`)
	b.Sees("what did not, and where", `document.querySelector('#files table')?.innerText.includes('title: missing')`)
	b.Whole("files")
	b.Axe("files")

	// What is dropped comes as files where a browser gives no entries.
	b.Run(chromedp.Evaluate(`(() => {
		const data = new DataTransfer();
		data.items.add(new File(['# ZorbHot\n\n## Mitigation\n\nCool it.\n'], 'ZorbHot.md'));
		data.items.add(new File(['MZ'], 'virus.exe'));
		const zone = document.querySelector('#drop');
		zone.dispatchEvent(new DragEvent('dragenter', { dataTransfer: data, bubbles: true, cancelable: true }));
		globalThis.marked = zone.classList.contains('is-over');
		zone.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
	})()`, nil))
	b.Sees("that the zone said so", `marked && !document.querySelector('#drop').classList.contains('is-over')`)
	b.Sees("the runbook", `[...document.querySelectorAll('#files li')].some(l => l.innerText.includes('ZorbHot.md') && l.innerText.includes('1 added'))`)
	b.Sees("what cannot be read", `[...document.querySelectorAll('#files .is-bad')].some(l => l.innerText.includes('not a kind of file'))`)
	b.Forgive("422")
	b.Types(`input[name=q]`, "zorbinator\r")
	b.Sees("it among the found", `document.querySelector('#found-list')?.innerText.includes('Z-1')`)
	b.Click(`#found-list a`)
	b.Sees("its story", `document.querySelector('.story h1')?.innerText === 'The zorbinator hung'`)
	b.Quiet()
}

func TestAFolderIsDroppedAsItIsImported(t *testing.T) {
	r := start(t, nil)
	b := browsertest.New(t, r.url)
	dir := filepath.Join(t.TempDir(), "runbooks")
	for name, body := range map[string]string{
		"net/Flap.md": "# Flap\n\nUnplug it.\n", "README.txt": "x", ".git/x.md": "# hidden\n", "node_modules/y.md": "# theirs\n",
		"big.jsonl": strings.Repeat(`{"kind":"runbook","id":"BIG","title":"Big","text":"`+strings.Repeat("a line of it ", 5000)+`"}`+"\n", 60),
	} {
		path := filepath.Join(dir, name)
		check(t, os.MkdirAll(filepath.Dir(path), 0o700))
		check(t, os.WriteFile(path, []byte(body), 0o600))
	}
	b.Open(r.url + "/history")
	b.Sees("that it is set up", `document.documentElement.classList.contains('js')`)
	b.Run(network.EmulateNetworkConditions(false, 0, -1, 3<<20))
	b.Run(chromedp.Evaluate(`globalThis.far = []; new MutationObserver(() => { const p = document.querySelector('#files progress'); if (p) far.push(p.hasAttribute('value') ? p.value : 'reads'); }).observe(document.querySelector('#files'), { subtree: true, childList: true, attributes: true })`, nil))
	at := browsertest.JS[[]float64](b, `(() => { const r = document.querySelector('#drop').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`)
	drag := &input.DragData{Items: []*input.DragDataItem{}, Files: []string{dir}, DragOperationsMask: 1}
	for _, what := range []input.DispatchDragEventType{input.DragEnter, input.DragOver, input.Drop} {
		b.Run(input.DispatchDragEvent(what, at[0], at[1], drag))
	}
	b.Sees("two files and what was left out", `document.querySelectorAll('#files .is-in').length === 2 && document.querySelector('#files').innerText.includes('1 other file')`)
	b.Sees("how far it was", `far.some(v => v > 0 && v < 1)`)
	b.Open(r.url + "/r/net:Flap")
	b.Sees("the runbook, by its folder's name and the way below", `document.querySelector('.prose')?.innerText.includes('Unplug it.')`)
	b.Quiet()
}

func TestAVerdictOnAnAnswerHasAName(t *testing.T) {
	r := start(t, locked).withSeeds()
	b := browsertest.New(t, r.url)
	b.Open(r.url + "/ask")
	b.Sees("where to sign in", `document.querySelector('input[name=token]')`)
	b.Types(`input[name=token]`, secret+"\r") // and no name
	b.Sees("the form", `document.querySelector('form[action="/ask"]') && document.documentElement.classList.contains('js')`)
	b.Types(`textarea`, "database timeouts on checkout")
	b.Types(`input[name=error_type]`, "database_timeout\r")
	b.Sees("the answer", `location.pathname.startsWith('/d/dec_') && document.querySelector('.card h2')?.innerText === 'Looks like INC-2025-001' && document.documentElement.classList.contains('js')`)
	b.Click(`.acts button.main`)
	b.Sees("who says so", `document.activeElement === document.querySelector('.who input')`)
	b.Axe("the question for a name")
	b.Types(`.who input`, "night owl\r")
	b.Sees("the verdict", `document.querySelector('.verdict')?.innerText.includes('Approved by night owl')`)
	b.Sees("that it is set up", `document.documentElement.classList.contains('js')`)
	b.Click(`.acts.outcome button`)
	b.Sees("what came of it, without asking again", `document.querySelector('.outcome-worked')?.innerText.includes('says night owl')`)
	b.Quiet()
}

func TestHostileTextStaysTextOnThePages(t *testing.T) {
	r := start(t, nil)
	b := browsertest.New(t, r.url)
	texts := hostile()
	var incidents []engine.Incident
	var runbooks []engine.Runbook
	for n, s := range texts {
		incidents = append(incidents, engine.Incident{
			ID: s + fmt.Sprint(n), Title: s + " word", Service: s, ErrorType: s, Symptom: s, RootCause: s, Resolution: s + " word", Text: s, Historical: true, Status: engine.Resolved,
		})
		runbooks = append(runbooks, engine.Runbook{
			ID: s + fmt.Sprint("r", n), Title: s + " word", Service: s, ErrorType: s, Alerts: []string{s}, Mitigation: s, URL: "javascript:alert(1)//" + s,
			Text: "# " + s + "\n\nword " + s + "\n\n- " + s + "\n\n[" + s + "](javascript:alert(1)) [x](https://evil.example/)\n\n```" + s + "\n" + s + "\n```\n**" + s + "**",
		})
	}
	check(t, r.engine.AddHistory(t.Context(), incidents, runbooks))
	for n, s := range texts {
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": fmt.Sprint(n), "name": s, "title": s, "service": fmt.Sprint(n)})).want(t, 202)
	}
	const grown = `document.querySelectorAll('main img, main iframe, main script, main form:not([action="/history"], [action="/ask"], [data-send]), main base, main style, main meta, main template, main [onload], main [onerror]').length + [...document.querySelectorAll('main a')].filter(a => a.origin !== location.origin).length`
	look := func(path string) {
		t.Helper()
		b.Open(r.url + path)
		b.Sees("that it is set up", `document.documentElement.classList.contains('js')`)
		if n := browsertest.JS[int](b, grown); n != 0 {
			t.Errorf("%s: %d elements came out of a text", path, n)
		}
	}
	for _, path := range []string{"/history?q=word", "/history", "/history?kind=runbook", "/trust"} {
		look(path)
	}
	b.Open(r.url + "/history?q=word&kind=runbook")
	for _, link := range browsertest.JS[[]string](b, `[...document.querySelectorAll('#found-list h2 a')].map(a => a.getAttribute('href'))`) {
		look(link)
		if !browsertest.JS[bool](b, `!!document.querySelector('.prose')`) {
			t.Errorf("%s leads to no runbook", link)
		}
	}
	for _, s := range texts {
		q := strings.NewReplacer("%", "%25", "&", "%26", "#", "%23", "+", "%2B", ";", "%3B", " ", "+").Replace(s)
		look("/history?q=" + q + "&service=" + q + "&error_type=" + q)
		look("/ask?description=" + q + "&service=" + q + "&error_type=" + q + "&spike=" + q)
		d, err := r.engine.Analyze(t.Context(), engine.Question{Text: "word " + s, Service: s, ErrorType: s, Environment: s})
		check(t, err)
		look("/d/" + d.ID)
	}
	b.Open(r.url + "/history")
	b.Sees("that it is set up", `document.documentElement.classList.contains('js')`)
	list, err := json.Marshal(texts)
	check(t, err)
	b.Run(chromedp.Evaluate(`(() => {
		const data = new DataTransfer();
		for (const s of `+string(list)+`) data.items.add(new File(['kind,id,title\n' + s + ',,\n'], s + '.csv'));
		document.querySelector('#drop').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
	})()`, nil))
	b.Sees("all reports", fmt.Sprintf(`document.querySelectorAll('#files li.is-bad').length === %d`, len(texts)))
	if n := browsertest.JS[int](b, grown); n != 0 {
		t.Errorf("the reports: %d elements came out of a text", n)
	}
	b.Quiet()
}

func TestThePagesWorkWithoutScript(t *testing.T) {
	r := shelf(t)
	b := browsertest.New(t, r.url)
	b.Run(emulation.SetScriptExecutionDisabled(true))
	text := func() string {
		var s string
		b.Run(chromedp.Text(`main`, &s, chromedp.ByQuery))
		return s
	}
	b.Open(r.url + "/history")
	b.Types(`input[name=q]`, "frobnicator\r")
	b.Sees("what is found", `document.querySelector('.find-item .words')`)
	if !strings.Contains(text(), "FrobnicatorHot") {
		t.Errorf("a search shows %s", text())
	}
	give(t, b, "#drop input[type=file]", map[string]string{"zorb.csv": "kind,id,title\nincident,Z-1,The zorbinator hung\nincident,Z-2,\n"})
	b.Click(`#drop button`)
	b.Sees("what came of it", `document.querySelector('#files li')`)
	if got := text(); !strings.Contains(got, "1 added, 1 bad") || !strings.Contains(got, "title: missing") || strings.Contains(got, "or drop files") {
		t.Errorf("an import shows %s", got)
	}
	b.Open(r.url + "/ask")
	b.Types(`input[name=error_type]`, "database_timeout\r")
	b.Sees("the answer", `document.querySelector('.card')`)
	if got := text(); !strings.Contains(got, "Looks like INC-2025-001") || strings.Contains(got, "Approve\n") {
		t.Errorf("an answer shows %s", got)
	}
	b.Quiet()
}
