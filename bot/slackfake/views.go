package slackfake

import (
	"encoding/json"
	"slices"
)

// View is a modal or a Home tab that a person has before them.
type View struct {
	ID         string
	Type       string // modal or home
	User       string
	CallbackID string
	ExternalID string
	Private    string // private_metadata
	Title      string
	Submit     string // of a modal: the button's text, as Dismiss
	Dismiss    string
	Blocks     []map[string]any
	Hash       string
	Root       string            // the first modal of the stack
	Previous   string            // the modal below
	Errors     map[string]string // by block, shown since the last submission
	Notify     bool              // the app wants to know when it is closed
	ClearAll   bool              // closing it closes the whole stack
	raw        map[string]any
}

// Elements lists what can be clicked or filled, in reading order.
func (v View) Elements() []Element { return elementsOf(v.Blocks) }

// surfaces are the views that people have open.
type surfaces struct {
	stacks map[string][]*View // modals by user, the visible one last
	homes  map[string]*View
}

// Slack stacks at most three modals: docs.slack.dev/surfaces/modals.
const maxStack = 3

func newSurfaces() surfaces {
	return surfaces{stacks: map[string][]*View{}, homes: map[string]*View{}}
}

func (f *surfaces) openViews() map[string][]View {
	out := make(map[string][]View, len(f.stacks))
	for user, stack := range f.stacks {
		for _, v := range stack {
			out[user] = append(out[user], *v)
		}
	}
	return out
}

// find looks for an open modal or Home tab by its id or external id.
func (f *surfaces) find(id, external string) *View {
	match := func(v *View) bool {
		return (id != "" && v.ID == id) || (id == "" && external != "" && v.ExternalID == external)
	}
	for _, stack := range f.stacks {
		if i := slices.IndexFunc(stack, match); i >= 0 {
			return stack[i]
		}
	}
	for _, v := range f.homes {
		if match(v) {
			return v
		}
	}
	return nil
}

// put replaces a view that is open.
func (f *surfaces) put(v *View) {
	if home := f.homes[v.User]; home != nil && home.ID == v.ID {
		f.homes[v.User] = v
	}
	stack := f.stacks[v.User]
	if i := slices.IndexFunc(stack, func(x *View) bool { return x.ID == v.ID }); i >= 0 {
		f.stacks[v.User] = slices.Clone(stack)
		f.stacks[v.User][i] = v
	}
}

func (f *surfaces) push(v *View) {
	f.stacks[v.User] = append(slices.Clone(f.stacks[v.User]), v)
}

// drop closes one modal, or the whole stack.
func (f *surfaces) drop(user, id string, all bool) {
	stack := slices.Clone(f.stacks[user])
	i := slices.IndexFunc(stack, func(v *View) bool { return v.ID == id })
	if i < 0 {
		return
	}
	if all {
		i = 0
	}
	f.stacks[user] = stack[:i]
	if i == 0 {
		delete(f.stacks, user)
	}
}

// newView checks and builds a view from what the app sent.
func (s *Slack) newView(raw []byte, user string) (*View, error) {
	if len(raw) > maxViewBytes {
		return nil, apiError{Code: "view_too_large"}
	}
	if len(raw) == 0 {
		return nil, invalid("invalid_arguments", []Problem{{"/view", "missing required field: view"}})
	}
	if problems := ValidateView(raw); len(problems) > 0 {
		return nil, invalid("invalid_arguments", problems)
	}
	v := &View{User: user}
	if err := json.Unmarshal(raw, &v.raw); err != nil {
		return nil, err
	}
	str := func(key string) string { t, _ := v.raw[key].(string); return t }
	v.Type, v.CallbackID, v.ExternalID = str("type"), str("callback_id"), str("external_id")
	v.Private, v.Title = str("private_metadata"), textOf(v.raw["title"])
	v.Submit, v.Dismiss = textOf(v.raw["submit"]), textOf(v.raw["close"])
	v.Notify, _ = v.raw["notify_on_close"].(bool)
	v.ClearAll, _ = v.raw["clear_on_close"].(bool)
	v.Blocks = s.st.ids.fill(objects(v.raw["blocks"]))
	v.ID, v.Hash = s.st.ids.id("V"), s.viewHash()
	return v, nil
}

func (s *Slack) viewHash() string {
	return tsOf(s.cfg.Now())[:10] + "." + s.st.ids.hex(4)
}

// noteView records what a view links; mentions in views notify nobody.
func (s *Slack) noteView(v *View, via string) {
	s.st.note(&content{blocks: v.Blocks}, Place{Via: via, View: v.ID}, true)
}

// viewJSON is a view as the Web API and payloads show it.
func (s *Slack) viewJSON(v *View, state map[string]map[string]any) map[string]any {
	out := map[string]any{
		"id": v.ID, "team_id": teamID, "type": v.Type, "blocks": v.Blocks, "private_metadata": v.Private,
		"callback_id": v.CallbackID, "external_id": v.ExternalID, "hash": v.Hash, "title": v.raw["title"],
		"submit": v.raw["submit"], "close": v.raw["close"], "clear_on_close": v.ClearAll,
		"notify_on_close": v.Notify, "root_view_id": v.Root, "previous_view_id": nil,
		"app_id": s.cfg.App.ID, "bot_id": s.cfg.App.BotID, "app_installed_team_id": teamID,
		"state": map[string]any{"values": map[string]any{}},
	}
	if v.Previous != "" {
		out["previous_view_id"] = v.Previous
	}
	if state != nil {
		out["state"] = map[string]any{"values": state}
	}
	if v.Type == "home" {
		// Home tabs have neither; Slack sends an empty title.
		out["title"] = map[string]any{"type": "plain_text", "text": "View Title", "emoji": true}
	}
	return out
}
