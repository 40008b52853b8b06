package slackfake_test

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"ragoffire/bot/slackfake"
)

func TestFilesAreUploadedInThreeSteps(t *testing.T) {
	s := start(t, slackfake.Config{})
	api := webClient(t, s)
	parent := post(t, s, nil)
	f, err := api.UploadFile(slack.UploadFileParameters{
		Filename: "postmortem.md", Content: "# What happened", FileSize: 15, Title: "Post-mortem",
		Channel: channel, ThreadTimestamp: parent, InitialComment: "here it is",
	})
	if err != nil {
		t.Fatal(err)
	}
	p := s.Snapshot()
	if files := p.Files(); len(files) != 1 || files[0].ID != f.ID || string(files[0].Content) != "# What happened" || files[0].Channel != channel {
		t.Errorf("files = %+v", files)
	}
	if thread := p.Thread(channel, parent); len(thread) != 2 || thread[1].Text != "here it is" || thread[1].Files[0] != f.ID {
		t.Errorf("thread = %v", thread)
	}
	var got strings.Builder
	msgs, _, _, err := api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: parent})
	if err != nil {
		t.Fatal(err)
	}
	if err := api.GetFile(msgs[1].Files[0].URLPrivate, &got); err != nil || got.String() != "# What happened" {
		t.Errorf("downloaded %q, %v", got.String(), err)
	}
	mustFail(t, s, "files.getUploadURLExternal", map[string]string{"filename": "x"}, "missing_argument")
	mustFail(t, s, "files.completeUploadExternal", map[string]string{"files": `[{"id":"F0"}]`}, "file_not_found")
}

func TestTheDirectoryIsThere(t *testing.T) {
	s := start(t, slackfake.Config{})
	s.AddUser(slackfake.User{ID: "U0DAVE", Name: "dave", Email: "dave@example.com"})
	s.AddUserGroup(slackfake.UserGroup{ID: "S0DBA", Handle: "dba", Name: "DBA", Users: []string{"U0DAVE"}})
	api := webClient(t, s)
	if who, err := api.AuthTest(); err != nil || who.UserID != s.App().UserID || who.BotID != s.App().BotID || who.TeamID == "" {
		t.Errorf("auth.test = %+v, %v", who, err)
	}
	if u, err := api.GetUserInfo("U0DAVE"); err != nil || u.Profile.Email != "dave@example.com" {
		t.Errorf("users.info = %+v, %v", u, err)
	}
	if all, err := api.GetUsers(); err != nil || len(all) != 5 {
		t.Errorf("users.list = %v, %v", all, err)
	}
	if groups, err := api.GetUserGroups(slack.GetUserGroupsOptionIncludeUsers(true)); err != nil || len(groups) != 2 || groups[1].Users[0] != "U0DAVE" {
		t.Errorf("usergroups.list = %v, %v", groups, err)
	}
	if members, err := api.GetUserGroupMembers("S0SRE"); err != nil || len(members) != 2 {
		t.Errorf("usergroups.users.list = %v, %v", members, err)
	}
	if _, err := api.GetUserGroupMembers("S0NONE"); err == nil || err.Error() != "no_such_subteam" {
		t.Errorf("an unknown group: %v", err)
	}
	if ch, err := api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: channel}); err != nil || ch.Name != "incidents" || !ch.IsMember {
		t.Errorf("conversations.info = %+v, %v", ch, err)
	}
	if in, _, err := api.GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: channel, Limit: 2}); err != nil || len(in) != 2 {
		t.Errorf("conversations.members = %v, %v", in, err)
	}
	if ch, _, _, err := api.OpenConversation(&slack.OpenConversationParameters{Users: []string{alice}, ReturnIM: true}); err != nil || ch.ID != "D0ALICE" {
		t.Errorf("conversations.open = %+v, %v", ch, err)
	}
	list, _, err := api.GetConversations(&slack.GetConversationsParameters{Types: []string{"public_channel", "im"}})
	if err != nil || len(list) != 2 {
		t.Errorf("conversations.list = %v, %v", list, err)
	}
	created, err := api.CreateConversation(slack.CreateConversationParams{ChannelName: "inc-42"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.InviteUsersToConversation(created.ID, alice); err != nil {
		t.Error(err)
	}
	if _, err := api.SetTopicOfConversation(created.ID, "checkout is slow"); err != nil {
		t.Error(err)
	}
	if _, err := api.AddBookmark(created.ID, slack.AddBookmarkParameters{Title: "Runbook", Type: "link", Link: "https://runbooks.example.com/1"}); err != nil {
		t.Error(err)
	}
	if err := api.ArchiveConversation(created.ID); err != nil {
		t.Error(err)
	}
	if list, err := api.ListBookmarks(created.ID); err != nil || len(list) != 1 || list[0].Title != "Runbook" {
		t.Errorf("bookmarks.list = %+v, %v", list, err)
	}
	s.AddChannel(slackfake.Channel{ID: "C0OTHER", Name: "other", Members: []string{alice}})
	if _, _, _, err := api.JoinConversation("C0OTHER"); err != nil {
		t.Error(err)
	}
	if _, warning, _, err := api.JoinConversation("C0OTHER"); err != nil || warning != "already_in_channel" {
		t.Errorf("joining twice: %q, %v", warning, err)
	}
	if _, err := api.SetPurposeOfConversation("C0OTHER", "other things"); err != nil {
		t.Error(err)
	}
	for want, c := range map[string][2]string{
		"users_list_not_supplied": {"conversations.open", ""},
		"channel_not_found":       {"conversations.join", "C0NOWHERE"},
		"already_archived":        {"conversations.archive", created.ID},
		"is_archived":             {"conversations.join", created.ID},
		"invalid_name_required":   {"conversations.create", ""},
	} {
		mustFail(t, s, c[0], map[string]string{"channel": c[1]}, want)
	}
	mustFail(t, s, "conversations.create", map[string]string{"name": "Inc 42"}, "invalid_name_specials")
	mustFail(t, s, "conversations.create", map[string]string{"name": "other"}, "name_taken")
	mustFail(t, s, "conversations.open", map[string]string{"users": "U0NOBODY"}, "user_not_found")
	mustFail(t, s, "conversations.list", map[string]string{"cursor": "x"}, "invalid_cursor")
	mustFail(t, s, "bookmarks.add", map[string]string{"channel_id": channel, "title": "x", "type": "link", "link": "runbook"}, "invalid_link")
}

func TestReactionsPinsAndPermalinks(t *testing.T) {
	s := start(t, slackfake.Config{})
	api := webClient(t, s)
	ts := post(t, s, nil)
	item := slack.NewRefToMessage(channel, ts)
	if err := api.AddReaction("eyes", item); err != nil {
		t.Fatal(err)
	}
	if err := api.AddReaction("eyes", item); err == nil || err.Error() != "already_reacted" {
		t.Errorf("twice: %v", err)
	}
	if err := s.AddReaction(alice, channel, ts, "eyes"); err != nil {
		t.Fatal(err)
	}
	if got, err := api.GetReactions(item, slack.GetReactionsParameters{}); err != nil || len(got.Reactions) != 1 || got.Reactions[0].Count != 2 {
		t.Errorf("reactions = %+v, %v", got, err)
	}
	if err := s.PinMessage(alice, channel, ts); err != nil {
		t.Fatal(err)
	}
	if pins, _, err := api.ListPins(channel); err != nil || len(pins) != 1 || pins[0].Message.Timestamp != ts {
		t.Errorf("pins = %+v, %v", pins, err)
	}
	link, err := api.GetPermalink(&slack.PermalinkParameters{Channel: channel, Ts: ts})
	if err != nil || !strings.HasSuffix(link, "/archives/C0INCIDENT/p"+strings.ReplaceAll(ts, ".", "")) {
		t.Errorf("permalink = %q, %v", link, err)
	}
}
