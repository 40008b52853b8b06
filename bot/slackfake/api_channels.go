package slackfake

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maxChannelName: docs.slack.dev/reference/methods/conversations.create.
const maxChannelName = 80

func (s *Slack) conversationCreate(r *request) (reply, error) {
	name := r.args["name"]
	private := r.args.yes("is_private")
	scope := "channels:manage"
	if private {
		scope = "groups:write"
	}
	if err := s.permit([]string{scope}); err != nil {
		return nil, err
	}
	special := func(c rune) bool {
		return c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && c < utf8.RuneSelf
	}
	switch {
	case name == "":
		return nil, apiError{Code: "invalid_name_required"}
	case utf8.RuneCountInString(name) > maxChannelName:
		return nil, apiError{Code: "invalid_name_maxlength"}
	case strings.ContainsFunc(name, special):
		return nil, apiError{Code: "invalid_name_specials"}
	case s.st.work.channelNamed(name) != nil:
		return nil, apiError{Code: "name_taken"}
	}
	ch := s.st.work.addChannel(Channel{
		ID: s.st.ids.id("C"), Name: name, Private: private,
		Members: []string{s.cfg.App.UserID}, Created: s.cfg.Now(),
	})
	r.call.Channel = ch.ID
	return reply{"channel": s.channelJSON(ch)}, nil
}

// managed finds a channel that the app is in and may change.
func (s *Slack) managed(r *request) (*channel, error) {
	ch := s.st.work.channels[r.args["channel"]]
	switch {
	case ch == nil || (ch.Private && !ch.member(s.cfg.App.UserID)):
		return nil, apiError{Code: "channel_not_found"}
	case ch.IM != "":
		return nil, apiError{Code: "method_not_supported_for_channel_type"}
	case ch.Archived:
		return nil, apiError{Code: "is_archived"}
	case !ch.member(s.cfg.App.UserID):
		return nil, apiError{Code: "not_in_channel"}
	}
	return ch, nil
}

func (s *Slack) conversationInvite(r *request) (reply, error) {
	ch, err := s.managed(r)
	if err != nil {
		return nil, err
	}
	users := r.args.list("users")
	if len(users) == 0 {
		return nil, apiError{Code: "no_user"}
	}
	for _, id := range users {
		_, known := s.st.work.users[id]
		switch {
		case id == s.cfg.App.UserID:
			return nil, apiError{Code: "cant_invite_self"}
		case !known:
			return nil, apiError{Code: "user_not_found"}
		case ch.member(id):
			return nil, apiError{Code: "already_in_channel"}
		}
	}
	ch.Members = append(slices.Clone(ch.Members), users...)
	return reply{"channel": s.channelJSON(ch)}, nil
}

func (s *Slack) conversationArchive(r *request) (reply, error) {
	ch, err := s.managed(r)
	if err != nil {
		if err.Error() == "is_archived" {
			err = apiError{Code: "already_archived"}
		}
		return nil, err
	}
	ch.Archived = true
	return nil, nil
}

func (s *Slack) conversationTopic(r *request) (reply, error) {
	return s.describe(r, "topic", func(ch *channel, text string) { ch.Topic = text })
}

func (s *Slack) conversationPurpose(r *request) (reply, error) {
	return s.describe(r, "purpose", func(ch *channel, text string) { ch.Purpose = text })
}

func (s *Slack) describe(r *request, key string, set func(ch *channel, text string)) (reply, error) {
	ch, err := s.managed(r)
	if err != nil {
		return nil, err
	}
	text := r.args[key]
	if utf8.RuneCountInString(text) > 250 {
		return nil, apiError{Code: "too_long"}
	}
	set(ch, text)
	return reply{"channel": s.channelJSON(ch), key: text}, nil
}
