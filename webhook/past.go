package webhook

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

const (
	pastRoute = "/history"
	pastPage  = 25
	pastFound = 50
	// runbooksRead is how many runbooks a list that is narrowed looks at, at most.
	runbooksRead = 2000
)

// pastView is the page on which the history is searched and filled.
type pastView struct {
	Ask       pastAsk
	Wrong     string // what nobody understands
	Found     []foundView
	Searched  bool   // by words, best first; else listed
	Incidents string // cursors of what follows
	Runbooks  string
	History   engine.HistoryStats
	Services  []string // to choose from
	Types     []string
	Reports   []fileReport // of files just sent
	Refused   string       // why none were taken
}

// pastAsk is what is looked for, as the address says it.
type pastAsk struct {
	Text, Kind, Service, ErrorType, Severity, Status, After string
}

func newPastAsk(v url.Values) pastAsk {
	get := func(name string) string { return strings.TrimSpace(engine.Clean(v.Get(name))) }
	return pastAsk{get("q"), get("kind"), get("service"), get("error_type"), get("severity"), get("status"), get("after")}
}

// Any reports whether anything is looked for.
func (a pastAsk) Any() bool { return a != pastAsk{After: a.After} }

// With is the address of the same search, of one kind and from a cursor on.
func (a pastAsk) With(kind, after string) string {
	v := url.Values{}
	for name, value := range map[string]string{"q": a.Text, "kind": kind, "service": a.Service, "error_type": a.ErrorType, "severity": a.Severity, "status": a.Status, "after": after} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return pastRoute + "?" + v.Encode()
}

// wrong says what of it is no choice.
func (a pastAsk) wrong() string {
	for _, c := range []struct {
		name, value string
		choices     []string
	}{{"kind", a.Kind, a.Kinds()}, {"severity", a.Severity, a.Severities()}, {"status", a.Status, a.Statuses()}} {
		if c.value != "" && !slices.Contains(c.choices, c.value) {
			return c.name + " " + c.value + " is unknown; there are " + strings.Join(c.choices, ", ")
		}
	}
	return ""
}

// Kinds, Severities and Statuses are what may be chosen.
func (a pastAsk) Kinds() []string { return []string{engine.KindIncident, engine.KindRunbook} }

func (a pastAsk) Severities() (list []string) {
	for _, s := range engine.Severities() {
		list = append(list, string(s))
	}
	return list
}

func (a pastAsk) Statuses() (list []string) {
	for _, s := range []engine.IncidentStatus{engine.Open, engine.Acknowledged, engine.Mitigated, engine.Resolved} {
		list = append(list, string(s))
	}
	return list
}

// foundView is a past incident or a runbook as a line.
type foundView struct {
	engine.SearchResult
	Status     engine.IncidentStatus // where it was listed and is no history yet
	Link       string
	Section    string // of a runbook, where most of the words stand
	Title, Fix []piece
}

func (s *Server) past(c echo.Context) error {
	v, err := s.pastView(c.Request().Context(), newPastAsk(c.QueryParams()))
	if err != nil {
		return err
	}
	return s.pages.render(c, http.StatusOK, "history", frame{Title: "History", Data: v})
}

func (s *Server) pastView(ctx context.Context, ask pastAsk) (*pastView, error) {
	st, err := s.pages.stats.get(ctx, s.cfg.Now(), s.cfg.Engine.Stats)
	if err != nil {
		return nil, err
	}
	v := &pastView{Ask: ask, Wrong: ask.wrong(), History: st.History, Services: most(st.Incidents.ByService), Types: most(st.Incidents.ByErrorType)}
	switch {
	case v.Wrong != "":
		return v, nil
	case ask.Text != "" && ask.Status == "":
		err = s.searchPast(ctx, v)
	default:
		err = s.listPast(ctx, v)
	}
	if e := problemOf(err); err != nil && e.Status == http.StatusUnprocessableEntity {
		v.Wrong, err = e.Detail, nil
	}
	return v, err
}

// searchPast finds by words, best first.
func (s *Server) searchPast(ctx context.Context, v *pastView) error {
	v.Searched = true
	a := v.Ask
	found, err := s.cfg.Engine.Search(ctx, engine.SearchQuery{
		Text: a.Text, K: pastFound, Kind: a.Kind, Service: a.Service, ErrorType: a.ErrorType, Severity: engine.Severity(a.Severity),
	})
	if err != nil {
		return err
	}
	for _, r := range found {
		f := newFound(r)
		if r.Kind == engine.KindRunbook {
			b, err := s.cfg.Engine.RunbookByID(ctx, r.ID)
			if engine.KindOf(err) == engine.NotFound {
				continue // it was deleted since
			}
			if err != nil {
				return err
			}
			if h := sectionAbout(b.Title, b.Text, r.Matched); h != nil {
				f.Section, f.Link = strings.TrimSpace(h.words()), f.Link+"#"+url.PathEscape(h.ID)
			}
		}
		v.Found = append(v.Found, f)
	}
	return nil
}

// listPast lists incidents, the latest start first, and runbooks by id. A state
// is one of incidents; without one they are those that are over.
func (s *Server) listPast(ctx context.Context, v *pastView) error {
	a := v.Ask
	if a.Kind != engine.KindRunbook {
		f := engine.IncidentFilter{
			Status: engine.IncidentStatus(a.Status), Service: a.Service, ErrorType: a.ErrorType, Severity: engine.Severity(a.Severity), Query: a.Text,
		}
		if f.Status == "" {
			f.Status = engine.Resolved
		}
		page, err := s.cfg.Engine.Incidents(ctx, f, a.After, pastPage)
		if err != nil {
			return err
		}
		v.Incidents = page.Next
		for n := range page.Items {
			v.Found = append(v.Found, asFound(&page.Items[n], strings.Fields(a.Text)))
		}
	}
	if a.Kind == engine.KindIncident || a.Status != "" || a.Severity != "" || a.Kind == "" && a.After != "" {
		return nil
	}
	return s.listRunbooks(ctx, v)
}

func (s *Server) listRunbooks(ctx context.Context, v *pastView) error {
	a, after := v.Ask, v.Ask.After
	for n, read := 0, 0; n < pastPage && read < runbooksRead; {
		page, err := s.cfg.Engine.Runbooks(ctx, after, pastPage)
		if err != nil {
			return err
		}
		for _, b := range page.Items {
			if (a.Service == "" || strings.EqualFold(a.Service, b.Service)) && (a.ErrorType == "" || strings.EqualFold(a.ErrorType, b.ErrorType)) {
				n++
				v.Found = append(v.Found, newFound(engine.SearchResult{
					Kind: engine.KindRunbook, ID: b.ID, Title: b.Title, Service: b.Service, ErrorType: b.ErrorType, Resolution: b.Mitigation, Example: b.Seed,
				}))
			}
		}
		read += len(page.Items)
		if v.Runbooks, after = page.Next, page.Next; after == "" {
			return nil
		}
	}
	return nil
}

func asFound(i *engine.Incident, words []string) foundView {
	f := newFound(engine.SearchResult{
		Kind: engine.KindIncident, ID: i.ID, Title: i.Title, Service: i.Service, ErrorType: i.ErrorType, Severity: i.Severity,
		Resolution: i.Resolution, Example: i.Seed, EndedAt: i.StartedAt, Matched: words,
	})
	f.Status = i.Status
	if i.ResolvedAt != nil {
		f.EndedAt = *i.ResolvedAt
	}
	return f
}

func newFound(r engine.SearchResult) foundView {
	return foundView{SearchResult: r, Link: linkTo(r.Kind, r.ID), Title: marked(r.Title, r.Matched), Fix: marked(plainWords(r.Resolution), r.Matched)}
}

// linkTo is the page of what evidence and searches name.
func linkTo(kind, id string) string {
	switch kind {
	case engine.KindRunbook:
		return "/r/" + url.PathEscape(id)
	case engine.KindDecision:
		return "/d/" + url.PathEscape(id)
	}
	return "/i/" + url.PathEscape(id)
}

// most are the names that are counted most often.
func most(counts map[string]int) []string {
	list := sortedKeys(counts)
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	slices.SortStableFunc(list, func(a, b string) int { return counts[b] - counts[a] })
	return list[:min(len(list), 50)]
}
