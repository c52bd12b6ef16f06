using System.Security.Cryptography;
using System.Text;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Microsoft.Graph.Users.Item;
using Microsoft.Graph.Users.Item.Messages.Item.Attachments.CreateUploadSession;
using Microsoft.Graph.Users.Item.SendMail;

static class Mail
{
    static readonly GraphServiceClient Graph = Tenant.Graph();
    static readonly UserItemRequestBuilder User = Graph.Users[Tenant.Mailbox];

    public static async Task<object> SendJson()
    {
        var message = Message("JSON");
        message.Attachments =
        [
            new FileAttachment { Name = "a.txt", ContentType = "text/plain", ContentBytes = "attached"u8.ToArray() },
        ];
        await User.SendMail.PostAsync(new SendMailPostRequestBody { Message = message });
        return new { };
    }

    /// <summary>The client has no call for MIME: its request for JSON gets another body.</summary>
    public static async Task<object> SendMime()
    {
        var mime = string.Join("\r\n",
            $"From: {Tenant.Mailbox}",
            "To: ana@example.com",
            "Subject: MIME",
            "Message-ID: <mime@contoso.example>",
            "",
            "Hi");
        var body = Convert.ToBase64String(Encoding.ASCII.GetBytes(mime));
        var request = User.SendMail.ToPostRequestInformation(new SendMailPostRequestBody());
        request.Headers.Clear();
        request.SetStreamContent(new MemoryStream(Encoding.ASCII.GetBytes(body)), "text/plain");
        await Graph.RequestAdapter.SendNoContentAsync(request, new() { ["XXX"] = ODataError.CreateFromDiscriminatorValue });
        return new { };
    }

    public static async Task<object> SendDraft()
    {
        var draft = await User.Messages.PostAsync(Message("Draft"));
        await User.Messages[draft!.Id].Send.PostAsync();
        return new { isDraft = draft.IsDraft, subject = draft.Subject };
    }

    public static async Task<object> SendLargeAttachment()
    {
        var content = RandomNumberGenerator.GetBytes(3_500_000);
        var draft = await User.Messages.PostAsync(Message("Upload"));
        var item = new AttachmentItem { AttachmentType = AttachmentType.File, Name = "large.bin", Size = content.Length };
        var session = await User.Messages[draft!.Id].Attachments.CreateUploadSession
            .PostAsync(new CreateUploadSessionPostRequestBody { AttachmentItem = item });
        const int slice = 5 * 320 * 1024;
        var task = new LargeFileUploadTask<FileAttachment>(session!, new MemoryStream(content), slice, Graph.RequestAdapter);
        var result = await task.UploadAsync();
        await User.Messages[draft.Id].Send.PostAsync();
        return new
        {
            succeeded = result.UploadSucceeded,
            location = result.Location,
            sha256 = Convert.ToHexStringLower(SHA256.HashData(content)),
        };
    }

    /// <summary>What became of a mail to two recipients: message trace has an entry for each, and a page holds one.</summary>
    public static async Task<object> Trace()
    {
        var sent = DateTimeOffset.UtcNow;
        var message = Message("Trace");
        message.ToRecipients!.Add(new Recipient { EmailAddress = new EmailAddress { Address = "bounce@fault.test" } });
        await User.SendMail.PostAsync(new SendMailPostRequestBody { Message = message });
        var firstPage = await Graph.Admin.Exchange.Tracing.MessageTraces.GetAsync(request =>
        {
            var period = $"receivedDateTime ge {sent:s}Z and receivedDateTime le {DateTimeOffset.UtcNow:s}Z";
            request.QueryParameters.Filter = $"{period} and senderAddress eq '{Tenant.Mailbox}'";
            request.QueryParameters.Top = 1;
        });
        var traces = new Dictionary<string, object>();
        var pages = PageIterator<ExchangeMessageTrace, ExchangeMessageTraceCollectionResponse>.CreatePageIterator(
            Graph, firstPage!, trace =>
            {
                traces[trace.RecipientAddress!] = new { subject = trace.Subject, status = $"{trace.Status}" };
                return true;
            });
        await pages.IterateAsync();
        return traces;
    }

    static Message Message(string subject) => new()
    {
        Subject = subject,
        Body = new ItemBody { ContentType = BodyType.Html, Content = "<p>Grüße</p>" },
        ToRecipients = [new Recipient { EmailAddress = new EmailAddress { Name = "Ana", Address = "ana@example.com" } }],
    };
}
