// Microsoft's .NET clients, as an application uses them. Does what its argument names, and prints what came of it as JSON.
using System.Text.Json;

var actions = new Dictionary<string, Func<Task<object>>>
{
    ["azure-identity"] = Tokens.ByAzureIdentity,
    ["msal"] = Tokens.ByMsal,
    ["json"] = Mail.SendJson,
    ["mime"] = Mail.SendMime,
    ["draft"] = Mail.SendDraft,
    ["upload"] = Mail.SendLargeAttachment,
    ["refused"] = Mail.TellRefusal,
};
Console.WriteLine(JsonSerializer.Serialize(await actions[args[0]]()));
