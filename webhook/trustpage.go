package webhook

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

// trustWeeks is how far the page looks back.
const trustWeeks = 12

// proofView is what there is to judge the advice and the alerts by.
type proofView struct {
	Stats    engine.Stats
	Trust    trustView
	Weeks    int
	Short    bool // older weeks are not counted
	Coverage string
	Charts   []*weekly
	Rules    []noiseView
	Sources  []noiseView
}

// noiseView is a rule or a source, drawn as a bar of what came of it.
type noiseView struct {
	Name, Of                  string
	Fired, Acted, Idle, Alarm int
	Untouched                 int
	ActedX, IdleX             float64 // of a hundred
}

func newNoiseView(name, of string, fired, acted, alarms, untouched int) noiseView {
	v := noiseView{Name: name, Of: of, Fired: fired, Acted: acted, Idle: alarms + untouched, Alarm: alarms, Untouched: untouched}
	if fired > 0 {
		v.ActedX = place(0, 100, float64(acted)/float64(fired))
		v.IdleX = min(100-v.ActedX, place(0, 100, float64(v.Idle)/float64(fired)))
	}
	return v
}

// RestX is where the part begins that ended for nothing.
func (v noiseView) RestX() float64 { return place(100-v.IdleX, 0, 0) }

func (s *Server) trust(c echo.Context) error {
	ctx, now := c.Request().Context(), s.cfg.Now()
	st, err := s.pages.stats.get(ctx, now, s.cfg.Engine.Stats)
	if err != nil {
		return err
	}
	weeks, err := s.pages.weeks.get(ctx, now, func(ctx context.Context) (engine.Weeks, error) { return s.cfg.Engine.Weeks(ctx, trustWeeks) })
	if err != nil {
		return err
	}
	v := &proofView{Stats: st, Trust: newTrustView(st.Calibration), Weeks: len(weeks.List), Short: weeks.Short, Charts: weeklies(weeks.List)}
	v.Coverage = coverage(weeks.List)
	for _, r := range st.Noise.Rules {
		v.Rules = append(v.Rules, newNoiseView(r.Rule, r.Source, r.Fired, r.ActedOn, r.FalseAlarms, r.Untouched))
	}
	for _, r := range st.Noise.Sources {
		v.Sources = append(v.Sources, newNoiseView(r.Source, plural(r.Rules, "rule", "rules"), r.Fired, r.ActedOn, r.FalseAlarms, r.Untouched))
	}
	return s.pages.render(c, http.StatusOK, "trust", frame{Title: "Trust", Data: v})
}

func weeklies(list []engine.Week) []*weekly {
	share := func(part, rest func(*engine.Week) int) func(*engine.Week) string {
		return func(w *engine.Week) string { return ratio(part(w), part(w)+rest(w)) }
	}
	worked, failed := func(w *engine.Week) int { return w.Worked }, func(w *engine.Week) int { return w.Failed }
	approved, rejected := func(w *engine.Week) int { return w.Approved }, func(w *engine.Week) int { return w.Rejected }
	advised, silent := func(w *engine.Week) int { return w.Advised }, func(w *engine.Week) int { return w.Silent }
	return []*weekly{
		stacked("outcomes", "What came of approved advice", "outcome", list, []counted{
			{series{"good", "Worked"}, worked}, {series{"bad", "Did not help"}, failed},
		}, share(worked, failed), "Worked, of these"),
		stacked("verdicts", "What people said of advice", "verdict", list, []counted{
			{series{"good", "Approved"}, approved}, {series{"bad", "Rejected"}, rejected},
		}, share(approved, rejected), "Approved, of these"),
		stacked("coverage", "How often there was advice at all", "decision", list, []counted{
			{series{"good", "Advice"}, advised}, {series{"none", "No confident match"}, silent},
		}, share(advised, silent), "Covered"),
		times("mtta", "Until somebody had it", "acknowledgement", list, []timed{
			{series{"good", "MTTA"}, func(w *engine.Week) (time.Duration, int) { return w.MTTA, w.Acked }},
		}),
		times("mttr", "Until it was over", "resolved incident", list, []timed{
			{series{"good", "MTTR"}, func(w *engine.Week) (time.Duration, int) { return w.MTTR, w.Resolved }},
		}),
	}
}

// coverage is how many decisions of the weeks had advice.
func coverage(list []engine.Week) string {
	advised, all := 0, 0
	for n := range list {
		advised, all = advised+list[n].Advised, all+list[n].Advised+list[n].Silent
	}
	return ratio(advised, all)
}

// ratio is a share in percent, a dash of nothing.
func ratio(part, of int) string {
	if of == 0 {
		return "–"
	}
	return strconv.Itoa((200*part+of)/(2*of)) + "%"
}
