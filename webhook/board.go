package webhook

import (
	"cmp"
	"context"
	"html/template"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

// What the board shows at once. Beyond a thousand open incidents nobody reads on.
const (
	boardLive     = 1000
	boardRecent   = 8
	boardAdvice   = 8
	recentFor     = 24 * time.Hour
	statsFor      = 10 * time.Second
	lookedUpAlone = 20
)

// boardView is the list of incidents and what stands beside it.
type boardView struct {
	Query   string
	All     bool // the history, not tonight
	Rows    []rowView
	Recent  []rowView
	Next    string // the cursor of older ones
	More    bool   // there are more than fit
	Open    int    // nobody's
	Live    int
	Waiting int // approvals
	Current string
	Advice  []adviceView
	Refused []refusal
	Unread  []unreadView
	Heard   []heardView
	Facets  []facet
	Wrong   string // what of the query nobody understands
	Stamp   string
	Stats   engine.Stats
	Trust   trustView
	Try     tryView
}

// rowView is an incident as a line of the list.
type rowView struct {
	engine.Incident
	Match  *engine.Decision // what it looks like, once decided
	Waits  bool             // an approval waits
	Active bool

	In   template.HTML // as it looks
	Sum  string        // of that
	Same bool          // the browser has it
}

// Class says what kind of row it is.
func (r *rowView) Class() string {
	s := "row sev-" + string(r.Severity) + " is-" + string(r.Status)
	if r.Historical {
		s += " is-history"
	}
	return s
}

// Spark is the line of the alert's values.
func (r *rowView) Spark() *spark { return newSpark(r.Trend) }

// Has says who has it.
func (r *rowView) Has() string { return has(&r.Incident) }

// has says who has an incident, in the words of chat: whom it was given to has it
// once they know of it.
func has(i *engine.Incident) string {
	who := i.Taker()
	switch {
	case !i.Live():
		return ""
	case i.Alone():
		return "nobody has it"
	case who == nil:
		return ""
	case i.Owner == nil:
		return who.Name + " has it"
	case i.AcknowledgedBy == "" && i.Status == engine.Open:
		return "owner " + who.Name + ", not acknowledged"
	case i.AcknowledgedBy != "" && !who.Is(engine.Person{ID: i.AcknowledgedUser, Name: i.AcknowledgedBy}):
		return "owner " + who.Name + ", acknowledged by " + i.AcknowledgedBy
	}
	return who.Name + " has it"
}

// First reports whether nothing was ever delivered: then it says how.
func (b *boardView) First() bool {
	return b.Stats.Incidents.Total == 0 && len(b.Rows) == 0 && b.Query == "" && !b.All
}

// adviceView is a decision as a line.
type adviceView struct {
	engine.Decision
	Title string
}

// tryView says how to send a first alert here.
type tryView struct {
	URL    string
	Token  string // the variable that holds the secret the request needs, if any
	Secret bool   // Alertmanager needs a secret, too
	Public string
}

func (s *Server) board(c echo.Context) error {
	return s.pages.memo.answer(c, s.cfg.Now(), func() ([]byte, error) {
		b, err := s.boardView(c, "")
		if err != nil {
			return nil, err
		}
		return s.pages.html(c, "board", frame{Title: "Incidents", Board: b})
	})
}

// boardView gathers the list for a page; current is the incident it is about.
func (s *Server) boardView(c echo.Context, current string) (*boardView, error) {
	ctx, e := c.Request().Context(), s.cfg.Engine
	b := &boardView{
		Query: engine.Clean(c.QueryParam("q")), All: c.QueryParam("view") == "all", Current: current,
		Try: s.try(),
	}
	advice, err := e.Decisions(ctx, engine.DecisionFilter{}, "", boardLive)
	if err != nil {
		return nil, err
	}
	latest := latestByIncident(advice.Items)
	if err := s.listTonight(ctx, b, latest); err != nil {
		return nil, err
	}
	b.Facets = facets(b.Query, b.Rows)
	if b.All || b.Query != "" {
		if err := s.listAll(ctx, b, engine.Clean(c.QueryParam("after")), latest); err != nil {
			return nil, err
		}
	}
	for _, d := range advice.Items[:min(len(advice.Items), boardAdvice)] {
		b.Advice = append(b.Advice, adviceView{Decision: d, Title: titleOf(&d, b.Rows, b.Recent)})
	}
	if b.Unread, err = s.unread(ctx); err != nil {
		return nil, err
	}
	if b.Refused, err = s.refusals(ctx); err != nil {
		return nil, err
	}
	if b.Heard, err = s.heardOf(ctx); err != nil {
		return nil, err
	}
	for _, rows := range [][]rowView{b.Rows, b.Recent} {
		if err := s.pages.dress(rows); err != nil {
			return nil, err
		}
	}
	b.Stamp = s.pages.stamps.mark(c.Request().Header.Get(rowsHeader), b.Rows, b.Recent)
	b.Stats, err = s.pages.stats.get(ctx, s.cfg.Now(), e.Stats)
	b.Trust = newTrustView(b.Stats.Calibration)
	return b, err
}

// listTonight lists what lives, what nobody has acknowledged first, the worst
// and the longest waiting at the top, and under it what ended of late.
func (s *Server) listTonight(ctx context.Context, b *boardView, latest map[string]*engine.Decision) error {
	live, err := s.cfg.Engine.Incidents(ctx, engine.IncidentFilter{Live: true}, "", boardLive)
	if err != nil {
		return err
	}
	slices.SortStableFunc(live.Items, func(x, y engine.Incident) int {
		return cmp.Or(cmp.Compare(urgency(&y), urgency(&x)), sooner(&x, &y))
	})
	b.More, b.Live = live.Next != "", len(live.Items)
	if b.Rows, err = s.rows(ctx, live.Items, latest, b.Current); err != nil {
		return err
	}
	for n := range b.Rows {
		if b.Rows[n].Waits {
			b.Waiting++
		}
		if b.Rows[n].Alone() {
			b.Open++
		}
	}
	recent, err := s.endedSince(ctx, s.cfg.Now().Add(-recentFor))
	if err != nil {
		return err
	}
	slices.SortStableFunc(recent, func(x, y engine.Incident) int { return y.ResolvedAt.Compare(*x.ResolvedAt) })
	b.Recent, err = s.rows(ctx, recent[:min(len(recent), boardRecent)], latest, b.Current)
	return err
}

// endedSince are live incidents that ended since a time: among all that began
// since then, and as many before as one page has.
func (s *Server) endedSince(ctx context.Context, since time.Time) (ended []engine.Incident, err error) {
	const page = 100
	after := ""
	for read := 0; read < boardLive; read += page {
		list, err := s.cfg.Engine.Incidents(ctx, engine.IncidentFilter{Status: engine.Resolved}, after, page)
		if err != nil {
			return nil, err
		}
		for _, i := range list.Items {
			if !i.Historical && i.ResolvedAt != nil && !i.ResolvedAt.Before(since) {
				ended = append(ended, i)
			}
		}
		if after = list.Next; after == "" || list.Items[len(list.Items)-1].StartedAt.Before(since) {
			break
		}
	}
	return ended, nil
}

// listAll lists everything that is or was, the latest first, in place of that.
func (s *Server) listAll(ctx context.Context, b *boardView, after string, latest map[string]*engine.Decision) error {
	limit, f := 50, engine.IncidentFilter{}
	if b.Query != "" {
		var wrong error
		if f, wrong = engine.ParseFind(b.Query); wrong != nil {
			b.Wrong = problemOf(wrong).Detail
		}
		limit = boardLive
	}
	all, err := s.cfg.Engine.Incidents(ctx, f, after, limit)
	if err != nil {
		return err
	}
	if b.Query != "" {
		slices.SortStableFunc(all.Items, func(x, y engine.Incident) int {
			return cmp.Or(cmp.Compare(urgency(&y), urgency(&x)), sooner(&x, &y))
		})
	}
	b.Next, b.More, b.Recent = all.Next, false, nil
	b.Rows, err = s.rows(ctx, all.Items, latest, b.Current)
	return err
}

// sooner orders what is live by severity and age; what is over stays as it is.
func sooner(x, y *engine.Incident) int {
	switch {
	case x.Live() != y.Live():
		return cmp.Compare(ranked(y), ranked(x))
	case !x.Live():
		return 0
	}
	return cmp.Or(cmp.Compare(y.Severity.Rank(), x.Severity.Rank()), x.StartedAt.Compare(y.StartedAt))
}

// ranked puts what lives above what is over.
func ranked(i *engine.Incident) int {
	if i.Live() {
		return 1
	}
	return 0
}

// Found is how many a query found that are not over.
func (b *boardView) Found() (live int) {
	for n := range b.Rows {
		if b.Rows[n].Live() {
			live++
		}
	}
	return live
}

// urgency orders states: what nobody has, what somebody has, what hurts no more.
func urgency(i *engine.Incident) int {
	switch i.Status {
	case engine.Open:
		if i.Muted != nil {
			return 1 // somebody knows of it, and wants to hear nothing
		}
		return 2
	case engine.Acknowledged:
		return 1
	case engine.Mitigated, engine.Resolved:
	}
	return 0
}

func (s *Server) rows(ctx context.Context, items []engine.Incident, latest map[string]*engine.Decision, current string) ([]rowView, error) {
	rows, alone := make([]rowView, 0, len(items)), 0
	for _, i := range items {
		r := rowView{Incident: i, Match: latest[i.ID], Active: i.ID == current}
		if r.Match == nil && !i.Historical && alone < lookedUpAlone {
			alone++
			p, err := s.cfg.Engine.Decisions(ctx, engine.DecisionFilter{IncidentID: i.ID}, "", 1)
			if err != nil {
				return nil, err
			}
			if len(p.Items) > 0 {
				r.Match = &p.Items[0]
			}
		}
		r.Waits = i.Live() && r.Match != nil && waits(r.Match)
		rows = append(rows, r)
	}
	return rows, nil
}

// waits reports whether a decision is for people to approve or reject.
func waits(d *engine.Decision) bool { return d.Open() }

func latestByIncident(newestFirst []engine.Decision) map[string]*engine.Decision {
	latest := make(map[string]*engine.Decision)
	for n := range newestFirst {
		d := &newestFirst[n]
		if d.IncidentID != nil && latest[*d.IncidentID] == nil {
			latest[*d.IncidentID] = d
		}
	}
	return latest
}

// titleOf is what a decision was about, in a line.
func titleOf(d *engine.Decision, lists ...[]rowView) string {
	if d.IncidentID != nil {
		for _, rows := range lists {
			for n := range rows {
				if rows[n].ID == *d.IncidentID {
					return rows[n].Title
				}
			}
		}
	}
	return d.Symptom
}

func (s *Server) try() tryView {
	t := tryView{
		URL: s.cfg.PublicURL + "/webhooks/generic", Public: s.cfg.PublicURL,
		Secret: !s.sources.around.local || len(s.sources.byName["alertmanager"].Tokens) > 0,
	}
	switch {
	case len(s.sources.byName["generic"].Tokens) > 0:
		t.Token = "GENERIC_TOKEN"
	case !s.sources.around.local:
		t.URL, t.Token = s.cfg.PublicURL+"/api/v1/decisions/stream-anomaly", "ROF_API_TOKEN"
	}
	return t
}
