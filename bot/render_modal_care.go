package bot

import (
	"cmp"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// The dialogs that look after an incident, and their fields.
const (
	modalDeclare  = "incident_declare_modal"
	modalNote     = "incident_note_modal"
	modalUpdate   = "incident_update_modal"
	modalSeverity = "incident_severity_modal"

	fieldDescription = "description"
	fieldSeverity    = "severity"
	fieldText        = "text"
)

// declareModal asks for what an alert would have said.
func (r *renderer) declareModal(a anchor) slack.ModalViewRequest {
	return modal(modalDeclare, "Declare an incident", "Declare", a,
		input(fieldTitle, "What is wrong?", "checkout is down", "", true),
		severityChoice("How bad is it?", engine.SeverityMedium),
		optional(input(fieldService, "Which service?", "checkout", "", false)),
		optional(input(fieldDescription, "What do you see?", "since the deploy nobody can pay; p99 is at 9 s", "", true)),
	)
}

func (r *renderer) noteModal(a anchor, i *engine.Incident) slack.ModalViewRequest {
	return modal(modalNote, "Note", "Note", a, r.heading(i),
		input(fieldText, "What is to be remembered?", "pool is at 200, trying 60", "", true),
		footnote("It goes into the timeline. A note that begins with \"fix:\" or \"cause:\" is offered when you resolve."),
	)
}

// updateModal asks for news; where tells who gets them.
func (r *renderer) updateModal(a anchor, i *engine.Incident) slack.ModalViewRequest {
	last := ""
	if i.LastUpdate != nil {
		last = "The last one, " + clock(i.LastUpdate.At) + " by " + r.person(i.LastUpdate.By) + ": " + r.esc(i.LastUpdate.Text, maxLine)
	}
	where := "It goes to the incident's thread."
	if r.updates {
		where = "It goes to the incident's thread and to the channel of updates."
	}
	return modal(modalUpdate, "Update", "Send", a, r.heading(i),
		input(fieldText, "How does it stand?", "payments work again, we keep watching", "", true),
		footnote(last, where),
	)
}

func (r *renderer) severityModal(a anchor, i *engine.Incident) slack.ModalViewRequest {
	return modal(modalSeverity, "Severity", "Set", a, r.heading(i),
		severityChoice("How bad is it?", i.Severity),
		optional(input(fieldReason, "Why?", "nobody can pay", "", true)),
	)
}

// doneModal takes the place of a dialog in which everything is said.
func (r *renderer) doneModal(a anchor, title, text string) slack.ModalViewRequest {
	v := modal("done", title, "", a, section(r.sentence(text, 2000)))
	v.Submit, v.Close = nil, label("Close", 24)
	return v
}

func (r *renderer) heading(i *engine.Incident) slack.Block {
	return section("*" + r.bold(i.ID, maxName) + "* " + r.esc(headline(i), maxTitle))
}

// severityChoice is the choice of one; where nobody knew it, medium is what it is
// treated as.
func severityChoice(question string, now engine.Severity) slack.Block {
	var options []*slack.OptionBlockObject
	for _, s := range []engine.Severity{engine.SeverityCritical, engine.SeverityHigh, engine.SeverityMedium, engine.SeverityLow, engine.SeverityInfo} {
		options = append(options, option(string(s), title(string(s))))
	}
	choice := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, fieldSeverity, options...)
	choice.InitialOption = options[2]
	for _, o := range options {
		if o.Value == string(cmp.Or(now, engine.SeverityMedium)) {
			choice.InitialOption = o
		}
	}
	return slack.NewInputBlock(fieldSeverity, label(question, 100), nil, choice)
}
