using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cremona.Server.Edge.Keys;

/// <summary>Keys in the platform's older form: RS256 JWTs that carry their group, 1 to 19 digits, in the claim
/// <c>GroupID</c>. Only the signature and, when present, the lifetime decide; issuer and audience are not checked, the
/// configured public key is the trust.</summary>
public sealed class JwtKeys : IDisposable
{
    private const string GroupClaim = "GroupID";

    private readonly JsonWebTokenHandler _handler = new();
    private readonly RSA? _publicKey;
    private readonly TokenValidationParameters? _rules;

    /// <exception cref="InvalidOperationException">The configured file is not an RSA public key in PEM
    /// form.</exception>
    public JwtKeys(IOptions<EdgeOptions> options)
    {
        string path = options.Value.JwtPublicKeyPath;
        if (path.Length == 0)
        {
            return;
        }

        _publicKey = Load(path);
        _rules = new TokenValidationParameters
        {
            IssuerSigningKey = new RsaSecurityKey(_publicKey),
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidateIssuer = false,
            ValidateAudience = false,
            RequireExpirationTime = false,
        };
    }

    public bool IsConfigured => _rules is not null;

    /// <summary>The key's group and name when the token is valid, otherwise null.</summary>
    public async Task<AccessKey?> FindAsync(string token)
    {
        if (_rules is null || !_handler.CanReadToken(token))
        {
            return null;
        }

        TokenValidationResult result = await _handler.ValidateTokenAsync(token, _rules);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt
            || !jwt.TryGetClaim(GroupClaim, out System.Security.Claims.Claim? group)
            || !GroupParameter.IsGroup(group.Value))
        {
            return null;
        }

        string name = jwt.TryGetClaim("UserName", out System.Security.Claims.Claim? user) ? user.Value : "jwt";
        return new AccessKey("", group.Value, name, 0, 0);
    }

    public void Dispose() => _publicKey?.Dispose();

    private static RSA Load(string path)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(File.ReadAllText(path));
            return rsa;
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            throw new InvalidOperationException(
                $"Edge:JwtPublicKeyPath is '{path}', "
                + $"which is not a readable RSA public key in PEM form ({fault.Message})", fault);
        }
    }
}
