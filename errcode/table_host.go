package errcode

var hostRows = []Entry{
	{
		Code: HostInactive, Name: "HOST_INACTIVE", Category: Host, Where: GateWhere,
		Message:     "Meeting host is inactive.",
		Description: "The meeting's host has been deactivated, or the whole account is suspended. No one can join, not even alternative hosts.",
		Remedy:      "Reactivate the host, or transfer the meeting to an active user.",
		Causes: []Cause{
			no("host_inactive", "The host is deactivated.",
				"Activate the user, or transfer the meeting."),
			no("account_suspended", "The account that the meeting belongs to is suspended.",
				"Reactivate the account."),
		},
	},
	{
		Code: HostNotFound, Name: "HOST_NOT_FOUND", Category: Host, Where: GateWhere,
		Message:     "The meeting host does not exist.",
		Description: "The user who hosted this meeting was deleted, and the meeting was not transferred to anyone. 3709 has the same name and means a host who exists but cannot host here.",
		Remedy:      "Create the meeting again under an existing user.",
		Causes: []Cause{
			no("host_deleted", "The host was deleted without transferring their meetings.",
				"Create the meeting again. Next time, transfer a user's meetings when you delete the user."),
		},
	},
	{
		Code: HostNotFoundAlt, Name: "HOST_NOT_FOUND", Category: Host, Where: GateWhere,
		Message:     "The meeting host is not found.",
		Description: "The host exists, but not as an active member of the account that the meeting belongs to. 3702 has the same name and means a host who was deleted.",
		Remedy:      "Add the host to the account again, or transfer the meeting.",
		Causes: []Cause{
			no("host_left_account", "The host has left the meeting's account.",
				"Transfer the meeting to a member of the account, or create it again in the host's current account."),
			no("host_pending", "The host has not accepted the invitation to the account.",
				"Have the host accept the invitation."),
		},
	},
	{
		Code: CantHostConcurrent, Name: "CANT_HOST_CONCURRENT", Category: Host, Where: GateWhere,
		Message:     "Cannot not host another meeting concurrently.",
		Description: "The host of this meeting is already hosting another live meeting with someone connected to it, and the license allows only one at a time. The same applies when an alternative host starts the meeting for the host. The response names the running meeting in result.",
		Remedy:      "End the other meeting, or give the host a license for concurrent meetings.",
		Causes: []Cause{
			later("host_busy", "Another meeting of this host is running.",
				"End that meeting (End Meeting for All, or endMeeting()), or have everyone leave it: a meeting in which nobody is connected does not count. Then start this one. If you use a pool of hosts, end each meeting when it is done."),
		},
	},
}
