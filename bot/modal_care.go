package bot

import (
	"context"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// careDialog is the dialog of a command that looks after an incident.
func (b *Bot) careDialog(at anchor, i *engine.Incident, verb string) (*slack.ModalViewRequest, *message, error) {
	var v slack.ModalViewRequest
	switch verb {
	case verbNote:
		v = b.render.noteModal(at, i)
	case verbUpdate:
		v = b.render.updateModal(at, i)
	default:
		if err := i.Gone(); err != nil {
			return nil, nil, err
		}
		if i.Status == engine.Resolved {
			return nil, nil, engine.Conflictf("%s is resolved; its severity stays as it was", i.ID)
		}
		v = b.render.severityModal(at, i)
	}
	return &v, nil, nil
}

// checkCare returns what is wrong with a submitted dialog that looks after an
// incident, by field, and the dialog's first field.
func (b *Bot) checkCare(v *view) (errs map[string]string, first string) {
	errs = map[string]string{}
	switch v.CallbackID {
	case modalDeclare:
		if v.field(fieldTitle) == "" {
			errs[fieldTitle] = "Say what is wrong, in a few words: it is what everybody reads first."
		}
		return errs, fieldTitle
	case modalNote, modalUpdate:
		if v.field(fieldText) == "" {
			errs[fieldText] = "Say something; an empty line helps nobody."
		}
		return errs, fieldText
	case modalSeverity:
		return errs, fieldSeverity
	}
	return nil, ""
}

// actCare does what such a dialog was submitted for.
func (b *Bot) actCare(ctx context.Context, a asker, at anchor, v *view) (*message, error) {
	c := command{id: at.ID, text: v.field(fieldText)}
	switch v.CallbackID {
	case modalDeclare:
		return b.declare(ctx, a, engine.Declaration{
			Title: v.field(fieldTitle), Description: v.field(fieldDescription), Service: v.field(fieldService), Severity: engine.Severity(v.field(fieldSeverity)),
		})
	case modalNote:
		c.verb = verbNote
	case modalUpdate:
		c.verb = verbUpdate
	case modalSeverity:
		c.verb, c.severity, c.text = verbSeverity, engine.Severity(v.field(fieldSeverity)), v.field(fieldReason)
	default:
		return nil, nil
	}
	return b.tendTo(ctx, a, c)
}
