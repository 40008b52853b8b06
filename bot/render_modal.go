package bot

import (
	"encoding/json"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// The dialogs and their fields. A field's block and action ids are constant:
// errors are shown at the block's.
const (
	modalReject  = "decision_reject_modal"
	modalResolve = "incident_resolve_modal"

	fieldReason    = "reason"
	fieldInstead   = "correct_action"
	fieldIncident  = "correct_incident"
	fieldOutcome   = "outcome"
	fieldFix       = "resolution"
	fieldCause     = "root_cause"
	fieldDuplicate = "duplicate_of"
)

// anchor is all that a dialog carries along: what it is about and where it was
// opened. The rest is read from the store when it is submitted, so a dialog
// survives a restart.
type anchor struct {
	ID      string `json:"id"`
	Channel string `json:"channel,omitempty"`
	Thread  string `json:"thread,omitempty"`
}

func (a anchor) String() string {
	b, _ := json.Marshal(a) // strings only: it cannot fail
	return string(b)
}

// rejectModal asks for the reason first: it is the one thing that is required.
func (r *renderer) rejectModal(a anchor, d *engine.Decision) slack.ModalViewRequest {
	about := "*" + r.bold(d.Header(), maxTitle) + "*"
	if d.RecommendedAction != nil {
		about += "\n" + r.esc(*d.RecommendedAction, maxLine)
	}
	return modal(modalReject, "Reject the advice", "Reject", a,
		section(about),
		input(fieldReason, "Why is it wrong?", "pool is fine, it's the disk", "", true),
		optional(input(fieldInstead, "What should be done?", "free space on /var/lib/postgres", "", true)),
		optional(input(fieldIncident, "Which past incident is it really?", "INC-2025-004", "", false)),
	)
}

// resolveModal asks what happened in one tap, and only for a fix what it was and
// why it broke: choosing shows the fields that the choice needs. While alerts
// still fire, the other way is offered beside.
func (r *renderer) resolveModal(a anchor, i *engine.Incident, reason engine.Reason, fix, cause string) slack.ModalViewRequest {
	options := []*slack.OptionBlockObject{
		option(string(engine.ReasonFixed), "Fixed"),
		option(string(engine.ReasonRecovered), "Recovered by itself"),
		option(string(engine.ReasonFalseAlarm), "False alarm"),
		option(string(engine.ReasonDuplicate), "Duplicate of …"),
	}
	choice := slack.NewRadioButtonsBlockElement(fieldOutcome, options...)
	choice.InitialOption = options[0]
	for _, o := range options {
		if o.Value == string(reason) {
			choice.InitialOption = o
		}
	}
	submit := "Resolve"
	blocks := []slack.Block{section("*" + r.bold(i.ID, maxName) + "* " + r.esc(headline(i), maxTitle))}
	if firing := still(i); firing != "" {
		submit = "Resolve anyway"
		if i.Status != engine.Mitigated {
			blocks = append(blocks, aside("🔴 "+firing+". Mark it mitigated, or resolve anyway.", button(actionMitigate, i.ID, "Mark mitigated")))
		} else {
			blocks = append(blocks, section("🔴 "+firing+"."))
		}
	}
	what := slack.NewInputBlock(fieldOutcome, label("What happened?", 100), nil, choice)
	what.DispatchAction = true
	blocks = append(blocks, what)
	switch reason {
	case engine.ReasonFixed:
		blocks = append(blocks,
			input(fieldFix, "What fixed it?", "throttled connections to 30%", fix, true),
			optional(input(fieldCause, "Why did it break?", "pool too small after the deploy", cause, true)))
	case engine.ReasonDuplicate:
		blocks = append(blocks, input(fieldDuplicate, "Duplicate of", "INC-2026-0041", "", false))
	case engine.ReasonRecovered, engine.ReasonFalseAlarm:
	}
	return modal(modalResolve, "Resolve", submit, a, blocks...)
}

func modal(callback, title, submit string, a anchor, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type:            slack.VTModal,
		CallbackID:      callback,
		Title:           label(title, 24),
		Submit:          label(submit, 24),
		Close:           label("Cancel", 24),
		PrivateMetadata: a.String(),
		Blocks:          slack.Blocks{BlockSet: blocks},
	}
}

func input(id, question, placeholder, initial string, multiline bool) *slack.InputBlock {
	e := slack.NewPlainTextInputBlockElement(label(placeholder, 150), id)
	e.Multiline = multiline
	e.InitialValue = cut(initial, 2900, nil)
	e.MaxLength = 3000
	if !multiline {
		e.MaxLength = 200
	}
	return slack.NewInputBlock(id, label(question, 200), nil, e)
}

func optional(b *slack.InputBlock) *slack.InputBlock {
	b.Optional = true
	return b
}

func option(value, text string) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(value, label(text, 75), nil)
}
