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
	b := browse(t, r.url)
	for _, size := range [][2]int64{{1280, 800}, {390, 844}, {320, 700}} {
		b.size(size[0], size[1])
		for _, scheme := range []string{"light", "dark"} {
			b.dress(scheme)
			for name, path := range map[string]string{
				"history": "/history", "found": "/history?q=frobnicator+queue+drain+the+spindle", "runbook": "/r/RB%2Ffrob%20%231",
				"trust": "/trust", "ask": "/ask", "answer": "/d/" + d.ID,
			} {
				what := fmt.Sprint(name, "-", size[0], "-", scheme)
				b.open(r.url + path)
				b.sees("that it is set up", `document.documentElement.classList.contains('js')`)
				b.whole(t, what)
				b.run(chromedp.Evaluate(`document.querySelectorAll('details').forEach(d => d.open = true)`, nil))
				if w := js[int64](b, `document.documentElement.scrollWidth`); w > size[0] {
					t.Errorf("%s is %d wide", what, w)
				}
				b.axe(what)
			}
		}
	}
	b.quiet()
}

// whole keeps a picture of all of the page.
func (b *browser) whole(t *testing.T, name string) {
	t.Helper()
	var png []byte
	b.run(chromedp.FullScreenshot(&png, 100))
	keepShot(t, name, png)
}

// give puts files into a field, as a person who chooses them.
func (b *browser) give(t *testing.T, selector string, files map[string]string) {
	t.Helper()
	dir, paths := t.TempDir(), []string{}
	for name, body := range files {
		path := filepath.Join(dir, name)
		check(t, os.WriteFile(path, []byte(body), 0o600))
		paths = append(paths, path)
	}
	b.run(chromedp.QueryAfter(selector, func(ctx context.Context, _ runtime.ExecutionContextID, nodes ...*cdp.Node) error {
		return dom.SetFileInputFiles(paths).WithNodeID(nodes[0].NodeID).Do(ctx)
	}, chromedp.ByQuery))
}

func TestFilesAreChosenDroppedAndReported(t *testing.T) {
	r := start(t, nil)
	b := browse(t, r.url)
	b.open(r.url + "/history")
	b.sees("that it is set up", `document.documentElement.classList.contains('js')`)
	b.give(t, "#drop input[type=file]", map[string]string{"zorb.csv": "kind,id,title\nincident,Z-1,The zorbinator hung\nincident,Z-2,\n"})
	b.sees("what went in", `document.querySelector('#files .is-bad')?.innerText.includes('1 added, 1 bad')`)
	b.sees("what did not, and where", `document.querySelector('#files table')?.innerText.includes('title: missing')`)
	b.whole(t, "files")
	b.axe("files")

	// What is dropped comes as files where a browser gives no entries.
	b.run(chromedp.Evaluate(`(() => {
		const data = new DataTransfer();
		data.items.add(new File(['# ZorbHot\n\n## Mitigation\n\nCool it.\n'], 'ZorbHot.md'));
		data.items.add(new File(['MZ'], 'virus.exe'));
		const zone = document.querySelector('#drop');
		zone.dispatchEvent(new DragEvent('dragenter', { dataTransfer: data, bubbles: true, cancelable: true }));
		globalThis.marked = zone.classList.contains('is-over');
		zone.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
	})()`, nil))
	b.sees("that the zone said so", `marked && !document.querySelector('#drop').classList.contains('is-over')`)
	b.sees("the runbook", `[...document.querySelectorAll('#files li')].some(l => l.innerText.includes('ZorbHot.md') && l.innerText.includes('1 added'))`)
	b.sees("what cannot be read", `[...document.querySelectorAll('#files .is-bad')].some(l => l.innerText.includes('not a kind of file'))`)
	b.forget() // a browser's own word on 422
	b.types(`input[name=q]`, "zorbinator\r")
	b.sees("it among the found", `document.querySelector('#found-list')?.innerText.includes('Z-1')`)
	b.click(`#found-list a`)
	b.sees("its story", `document.querySelector('.story h1')?.innerText === 'The zorbinator hung'`)
	b.quiet()
}

func TestAFolderIsDroppedAsItIsImported(t *testing.T) {
	r := start(t, nil)
	b := browse(t, r.url)
	dir := filepath.Join(t.TempDir(), "runbooks")
	for name, body := range map[string]string{
		"net/Flap.md": "# Flap\n\nUnplug it.\n", "README.txt": "x", ".git/x.md": "# hidden\n", "node_modules/y.md": "# theirs\n",
		"big.jsonl": strings.Repeat(`{"kind":"runbook","id":"BIG","title":"Big","text":"`+strings.Repeat("a line of it ", 5000)+`"}`+"\n", 60),
	} {
		path := filepath.Join(dir, name)
		check(t, os.MkdirAll(filepath.Dir(path), 0o700))
		check(t, os.WriteFile(path, []byte(body), 0o600))
	}
	b.open(r.url + "/history")
	b.sees("that it is set up", `document.documentElement.classList.contains('js')`)
	b.run(network.EmulateNetworkConditions(false, 0, -1, 3<<20))
	b.run(chromedp.Evaluate(`globalThis.far = []; new MutationObserver(() => { const p = document.querySelector('#files progress'); if (p) far.push(p.hasAttribute('value') ? p.value : 'reads'); }).observe(document.querySelector('#files'), { subtree: true, childList: true, attributes: true })`, nil))
	at := js[[]float64](b, `(() => { const r = document.querySelector('#drop').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`)
	drag := &input.DragData{Items: []*input.DragDataItem{}, Files: []string{dir}, DragOperationsMask: 1}
	for _, what := range []input.DispatchDragEventType{input.DragEnter, input.DragOver, input.Drop} {
		b.run(input.DispatchDragEvent(what, at[0], at[1], drag))
	}
	b.sees("two files and what was left out", `document.querySelectorAll('#files .is-in').length === 2 && document.querySelector('#files').innerText.includes('1 other file')`)
	b.sees("how far it was", `far.some(v => v > 0 && v < 1)`)
	b.open(r.url + "/r/net:Flap")
	b.sees("the runbook, by its folder's name and the way below", `document.querySelector('.prose')?.innerText.includes('Unplug it.')`)
	b.quiet()
}

func TestAVerdictOnAnAnswerHasAName(t *testing.T) {
	r := start(t, locked).withSeeds()
	b := browse(t, r.url)
	b.open(r.url + "/ask")
	b.sees("where to sign in", `document.querySelector('input[name=token]')`)
	b.types(`input[name=token]`, secret+"\r") // and no name
	b.sees("the form", `document.querySelector('form[action="/ask"]') && document.documentElement.classList.contains('js')`)
	b.types(`textarea`, "database timeouts on checkout")
	b.types(`input[name=error_type]`, "database_timeout\r")
	b.sees("the answer", `location.pathname.startsWith('/d/dec_') && document.querySelector('.card h2')?.innerText === 'Looks like INC-2025-001' && document.documentElement.classList.contains('js')`)
	b.click(`.acts button.main`)
	b.sees("who says so", `document.activeElement === document.querySelector('.who input')`)
	b.axe("the question for a name")
	b.types(`.who input`, "night owl\r")
	b.sees("the verdict", `document.querySelector('.verdict')?.innerText.includes('Approved by night owl')`)
	b.sees("that it is set up", `document.documentElement.classList.contains('js')`)
	b.click(`.acts.outcome button`)
	b.sees("what came of it, without asking again", `document.querySelector('.outcome-worked')?.innerText.includes('says night owl')`)
	b.quiet()
}

func TestHostileTextStaysTextOnThePages(t *testing.T) {
	r := start(t, nil)
	b := browse(t, r.url)
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
		b.open(r.url + path)
		b.sees("that it is set up", `document.documentElement.classList.contains('js')`)
		if n := js[int](b, grown); n != 0 {
			t.Errorf("%s: %d elements came out of a text", path, n)
		}
	}
	for _, path := range []string{"/history?q=word", "/history", "/history?kind=runbook", "/trust"} {
		look(path)
	}
	b.open(r.url + "/history?q=word&kind=runbook")
	for _, link := range js[[]string](b, `[...document.querySelectorAll('#found-list h2 a')].map(a => a.getAttribute('href'))`) {
		look(link)
		if !js[bool](b, `!!document.querySelector('.prose')`) {
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
	b.open(r.url + "/history")
	b.sees("that it is set up", `document.documentElement.classList.contains('js')`)
	list, err := json.Marshal(texts)
	check(t, err)
	b.run(chromedp.Evaluate(`(() => {
		const data = new DataTransfer();
		for (const s of `+string(list)+`) data.items.add(new File(['kind,id,title\n' + s + ',,\n'], s + '.csv'));
		document.querySelector('#drop').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
	})()`, nil))
	b.sees("all reports", fmt.Sprintf(`document.querySelectorAll('#files li.is-bad').length === %d`, len(texts)))
	if n := js[int](b, grown); n != 0 {
		t.Errorf("the reports: %d elements came out of a text", n)
	}
	b.quiet()
}

func TestThePagesWorkWithoutScript(t *testing.T) {
	r := shelf(t)
	b := browse(t, r.url)
	b.run(emulation.SetScriptExecutionDisabled(true))
	text := func() string {
		var s string
		b.run(chromedp.Text(`main`, &s, chromedp.ByQuery))
		return s
	}
	b.open(r.url + "/history")
	b.types(`input[name=q]`, "frobnicator\r")
	b.sees("what is found", `document.querySelector('.find-item .words')`)
	if !strings.Contains(text(), "FrobnicatorHot") {
		t.Errorf("a search shows %s", text())
	}
	b.give(t, "#drop input[type=file]", map[string]string{"zorb.csv": "kind,id,title\nincident,Z-1,The zorbinator hung\nincident,Z-2,\n"})
	b.click(`#drop button`)
	b.sees("what came of it", `document.querySelector('#files li')`)
	if got := text(); !strings.Contains(got, "1 added, 1 bad") || !strings.Contains(got, "title: missing") || strings.Contains(got, "or drop files") {
		t.Errorf("an import shows %s", got)
	}
	b.open(r.url + "/ask")
	b.types(`input[name=error_type]`, "database_timeout\r")
	b.sees("the answer", `document.querySelector('.card')`)
	if got := text(); !strings.Contains(got, "Looks like INC-2025-001") || strings.Contains(got, "Approve\n") {
		t.Errorf("an answer shows %s", got)
	}
	b.quiet()
}
