package webhook

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

const askRoute = "/ask"

// askView is the form that asks what a problem is, and an answer.
type askView struct {
	Form    askForm
	Wrong   string // what is wrong with it
	Field   string // and where
	Card    *cardView
	About   *engine.Incident // that the answer is about, where it is one
	Address string           // of the answer, for others
	Types   []string
	Places  []string // services
}

// askForm is what somebody wrote, as it was written.
type askForm struct{ Text, ErrorType, Spike, Service, Environment string }

func (s *Server) askPage(c echo.Context) error {
	v := &askView{}
	for field, to := range v.Form.fields() {
		*to = strings.TrimSpace(engine.Clean(c.QueryParam(field)))
	}
	return s.showAsk(c, http.StatusOK, v)
}

func (f *askForm) fields() map[string]*string {
	return map[string]*string{"description": &f.Text, "error_type": &f.ErrorType, "spike": &f.Spike, "service": &f.Service, "environment": &f.Environment}
}

// ask decides, and leads to the decision's own address, which may be passed on
// and reloaded without asking again.
func (s *Server) ask(c echo.Context) error {
	v := &askView{}
	for field, to := range v.Form.fields() {
		*to = strings.TrimSpace(engine.Clean(c.FormValue(field)))
	}
	q, err := v.Form.question()
	if err == nil {
		var d engine.Decision
		if d, err = s.cfg.Engine.Analyze(c.Request().Context(), q); err == nil {
			return c.Redirect(http.StatusSeeOther, linkTo(engine.KindDecision, d.ID))
		}
	}
	p := problemOf(err)
	if p.Status != http.StatusUnprocessableEntity {
		return err
	}
	v.Wrong, v.Field = p.Detail, "description"
	if first, _, _ := strings.Cut(p.Detail, " "); !strings.Contains(first, "=") { // else it is a name
		v.Wrong = upperFirst(p.Detail)
	}
	if _, err := engine.ParsePercent(v.Form.Spike); v.Form.Spike != "" && err != nil {
		v.Field = "spike"
	}
	return s.showAsk(c, p.Status, v)
}

// question reads the form: its text as on the terminal, where key=value pairs
// and a percentage in it count, and fields before what the text says.
func (f *askForm) question() (engine.Question, error) {
	q := engine.Question{}
	if f.Text != "" {
		var err error
		if q, err = engine.ParseQuestion(f.Text); err != nil && (f.ErrorType == "" || engine.KindOf(err) != engine.Invalid) {
			return q, err
		}
	}
	for _, p := range []struct{ to, from *string }{{&q.ErrorType, &f.ErrorType}, {&q.Service, &f.Service}, {&q.Environment, &f.Environment}} {
		if *p.from != "" {
			*p.to = *p.from
		}
	}
	if f.Spike != "" {
		n, err := engine.ParsePercent(f.Spike)
		if err != nil {
			return q, engine.Invalidf("spike", "%.40q is not a percentage; write a number such as 450", f.Spike)
		}
		q.Spike = &n
	}
	return q, nil
}

func (s *Server) decisionPage(c echo.Context) error {
	ctx := c.Request().Context()
	d, err := s.cfg.Engine.Decision(ctx, idOf(c))
	if err != nil {
		return err
	}
	v := &askView{Address: s.cfg.PublicURL + linkTo(engine.KindDecision, d.ID), Form: formOf(&d.Question)}
	if v.Card, v.About, err = s.cardOf(ctx, d); err != nil {
		return err
	}
	return s.showAsk(c, http.StatusOK, v)
}

// cardOf is a decision as a card, with what its incident knows of it.
func (s *Server) cardOf(ctx context.Context, d engine.Decision) (*cardView, *engine.Incident, error) {
	in := &engine.Detail{Decisions: []engine.Decision{d}, Changes: d.Changes}
	in.StartedAt = d.CreatedAt
	at := 0
	var about *engine.Incident
	if d.IncidentID != nil {
		whole, err := s.cfg.Engine.Incident(ctx, *d.IncidentID)
		if err != nil && engine.KindOf(err) != engine.NotFound {
			return nil, nil, err
		}
		for n := range whole.Decisions {
			if whole.Decisions[n].ID == d.ID {
				in, at, about = &whole, n, &whole.Incident
			}
		}
	}
	card := newCard(in, at, s.cfg.Now())
	s.offeredOn(ctx, &card)
	return &card, about, nil
}

// formOf is a question as it may be asked again.
func formOf(q *engine.Question) askForm {
	f := askForm{Text: q.Text, ErrorType: q.ErrorType, Service: q.Service, Environment: q.Environment}
	if q.Spike != nil {
		f.Spike = number(q.Spike)
	}
	return f
}

func (s *Server) showAsk(c echo.Context, status int, v *askView) error {
	st, err := s.pages.stats.get(c.Request().Context(), s.cfg.Now(), s.cfg.Engine.Stats)
	if err != nil {
		return err
	}
	v.Types, v.Places = most(st.Incidents.ByErrorType), most(st.Incidents.ByService)
	title := "Ask"
	if v.Card != nil {
		title = v.Card.Header()
	}
	return s.pages.render(c, status, "ask", frame{Title: plainText(title), Data: v})
}
