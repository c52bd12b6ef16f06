// Microsoft's .NET clients, as an application uses them. Does what its argument names, and prints what came of it as JSON.
using System.Text.Json;
using Microsoft.Graph.Models.ODataErrors;

var actions = new Dictionary<string, Func<Task<object>>>
{
    ["azure-identity"] = Tokens.ByAzureIdentity,
    ["msal"] = Tokens.ByMsal,
    ["json"] = Mail.SendJson,
    ["mime"] = Mail.SendMime,
    ["draft"] = Mail.SendDraft,
    ["upload"] = Mail.SendLargeAttachment,
    ["trace"] = Mail.Trace,
};

async Task<object> Run(string action)
{
    try
    {
        return await actions[action]();
    }
    catch (ODataError refusal)
    {
        return new { status = refusal.ResponseStatusCode, code = refusal.Error?.Code, message = refusal.Error?.Message };
    }
}

Console.WriteLine(JsonSerializer.Serialize(await Run(args[0])));
